"""Every error that carries a rule's number is expected by at least one test: by its name in C, by
its number in a story."""
import re

import tree

RULE = re.compile(r'X\(\s*(\w+)\s*,\s*(\d+)\s*,\s*"[^"]*: ([A-Z]\d\d)"\s*\)')


def check(root):
    rules = RULE.findall(tree.read(root / "schema/base/err.h"))
    if not rules:
        return ["schema/base/err.h: no error with a rule's number found"]
    tests = "\n".join(tree.read(path) for path in tree.files(root, ("tests",), ".c", ".h")
                      if not tree.name(root, path).startswith("tests/check/"))
    named = set(re.findall(r"\bCAIRN_(\w+)\b", tests))
    stories = "\n".join(tree.read(path) for path in tree.files(root, ("tests/e2e",), ".py"))
    numbers = set(re.findall(r"(?:\brefused\(|\(4\d\d, )(\d+)\b", stories))
    return [f"{rule}: no test names CAIRN_{error}" for error, number, rule in rules
            if error not in named and number not in numbers]
