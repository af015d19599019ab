"""The top of the tree holds these and nothing else; dot files and build folders aside."""
ALLOWED = {"meson.build", "node", "replication", "crypto", "schema", "tests", "docker", "docs",
           "README.md", "LICENSE"}


def check(root):
    names = (path.name for path in root.iterdir())
    return [f"{name}: does not belong at the top" for name in sorted(names)
            if name not in ALLOWED and not name.startswith((".", "build"))]
