"""Runs every check on the tree and prints TAP: python3 tests/check/all.py [NAME...]"""
import importlib
import pathlib
import sys

import selftest

NAMES = ("layers", "circles", "pure", "headers", "format", "size", "cites", "registered",
         "toplevel", "words")
SHOWN_MAX = 60


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    names = sys.argv[1:] or NAMES
    cases = [(f"{name}: the tree keeps the rule",
              lambda module=importlib.import_module(name): module.check(root)) for name in names]
    if not sys.argv[1:]:
        cases += selftest.cases(root)
    failed = 0
    print(f"1..{len(cases)}")
    for number, (title, case) in enumerate(cases, 1):
        try:
            bad = case()
        except Exception as trouble:  # a check that cannot run has not passed
            bad = [f"{type(trouble).__name__}: {trouble}"]
        print(f"{'not ok' if bad else 'ok'} {number} - {title}")
        for line in bad[:SHOWN_MAX]:
            print("#", line.replace("\n", " "))
        if len(bad) > SHOWN_MAX:
            print(f"# and {len(bad) - SHOWN_MAX} more")
        sys.stdout.flush()
        failed += bool(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
