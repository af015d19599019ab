"""Every C file looks as .clang-format says."""
import tree


def check(root):
    paths = tree.files(root, (*tree.CODE, "tests"), ".c", ".h")
    results = tree.run_all([["clang-format", "--style=file", "--dry-run", "-Werror", path]
                            for path in paths])
    return [f"{tree.name(root, path)}: run clang-format -i: {output.strip()[:120]}"
            for path, (broken, output) in zip(paths, results) if broken]
