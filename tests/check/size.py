"""Small rooms: lines of a function and of a file, parameters of a function, columns."""
import re

import tree

FUNCTION_MAX, PARAMETERS_MAX, COLUMNS_MAX = 70, 5, 100
FILE_MAX = {".c": 600, ".h": 200}
ABOVE = ("}", "#")
PARENTHESES = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*$")


def functions(text):
    """Name and parameter list, first and last line of every function body.

    Rests on what clang-format gives: the braces of a function stand alone in column 0."""
    lines = tree.blank(text).split("\n")
    for first, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        last = next((at for at in range(first, len(lines)) if lines[at].startswith("}")), first)
        start = first
        while start > 0 and lines[start - 1].strip() and not lines[start - 1].startswith(ABOVE):
            start -= 1
        yield " ".join(part.strip() for part in lines[start:first]), first + 1, last + 1


def parameter_count(signature):
    match = PARENTHESES.search(signature)
    if match is None or match[1].strip() in ("", "void"):
        return 0
    flat = re.sub(r"\([^()]*\)", "", match[1])
    return flat.count(",") + 1


def check(root):
    bad = []
    for path in tree.files(root, (*tree.CODE, "tests"), ".c", ".h"):
        name, text = tree.name(root, path), tree.read(path)
        lines = text.split("\n")
        if len(lines) - 1 > FILE_MAX[path.suffix]:
            bad.append(f"{name}: {len(lines) - 1} lines, at most {FILE_MAX[path.suffix]}")
        bad += [f"{name}:{at}: {len(line)} columns, at most {COLUMNS_MAX}"
                for at, line in enumerate(lines, 1) if len(line) > COLUMNS_MAX]
        for signature, first, last in functions(text):
            if last - first > FUNCTION_MAX:
                bad.append(f"{name}:{first}: function of {last - first} lines, "
                           f"at most {FUNCTION_MAX}")
            if parameter_count(signature) > PARAMETERS_MAX:
                bad.append(f"{name}:{first}: {parameter_count(signature)} parameters, "
                           f"at most {PARAMETERS_MAX}")
    return bad
