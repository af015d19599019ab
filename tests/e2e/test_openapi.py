"""docs/openapi.yaml says of every route what the tables of node/http say: path, method, permission.
Prints TAP. Reads both as text, so that no YAML library is needed."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.environ.get("CAIRN_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
ROUTE = re.compile(r"\{CAIRN_HTTP_(\w+),\s*\"([^\"]+)\",\s*(?:\"([^\"]+)\"|NULL)")


def routes_of_code():
    """{(method, path): permission}; None for a public route"""
    found = {}
    for path in sorted((ROOT / "node/http").glob("http_*.c")):
        for method, pattern, permission in ROUTE.findall(path.read_text(encoding="utf-8")):
            found[method, pattern] = permission or None
    return found


def page():
    return (ROOT / "docs/openapi.yaml").read_text(encoding="utf-8")


def routes_of_page():
    found, path, method = {}, None, None
    text = page()
    for line in text[text.index("\npaths:"):text.index("\ncomponents:")].splitlines():
        if named := re.fullmatch(r"  (/\S*):", line):
            path = named[1]
        elif named := re.fullmatch(r"    (get|post|put|patch|delete):", line):
            method = named[1].upper()
            found[method, path] = None
        elif named := re.fullmatch(r"      x-permission: (\S+)", line):
            found[method, path] = named[1]
    return found


def dangling():
    """References that lead nowhere. Components stand four spaces in, their groups two."""
    text, group, known = page(), None, set()
    for line in text[text.index("\ncomponents:"):].splitlines():
        if named := re.match(r"  (\w+):$", line):
            group = named[1]
        elif named := re.match(r"    (\w+):", line):
            known.add(f"#/components/{group}/{named[1]}")
    wanted = set(re.findall(r"\$ref: \"([^\"]+)\"", text))
    return {"no references at all"} if len(wanted) < 20 else wanted - known


def main():
    code, told = routes_of_code(), routes_of_page()
    wrong = {key: (code[key], told[key]) for key in code.keys() & told.keys()
             if code[key] != told[key]}
    cases = (("the tables have routes", {} if len(code) > 25 else {len(code)}),
             ("no route is undocumented", code.keys() - told.keys()),
             ("no path is made up", told.keys() - code.keys()),
             ("permissions are those of the tables", wrong),
             ("every reference leads somewhere", dangling()))
    print(f"1..{len(cases)}")
    for number, (title, trouble) in enumerate(cases, 1):
        print(f"{'not ok' if trouble else 'ok'} {number} - {title}")
        if trouble:
            print("#", trouble)
    sys.exit(1 if any(trouble for _, trouble in cases) else 0)


main()
