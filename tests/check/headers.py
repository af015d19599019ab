"""Every header compiles alone."""
import tree


def check(root):
    headers = tree.files(root, (*tree.CODE, "tests"), ".h")
    results = tree.run_all([["gcc", *tree.compiler_flags(root, path), "-fsyntax-only",
                             "-include", path, "-x", "c", "/dev/null"] for path in headers])
    return [f"{tree.name(root, path)}: does not compile alone: {output.strip()[:300]}"
            for path, (broken, output) in zip(headers, results) if broken]
