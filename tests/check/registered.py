"""Nothing lies beside the build: every source and every test stands in a meson.build, and a unit
test includes the header of every source of the pure folders. Every approved story is told by a scene,
and docs/simulation.md links it."""
import re

import tree

# folder, prefix and suffix of the file, the meson.build that must name what is between them
TESTS = (("tests/unit", "test_", ".c"), ("tests/property", "prop_", ".c"),
         ("tests/fuzz", "fuzz_", ".c"), ("tests/sim", "scene_", ".c"),
         ("tests/e2e", "story_", ".py"), ("tests/e2e", "test_", ".py"))
STORY = re.compile(r'\.name = "([a-z-]+)"')
TABLE = re.compile(r"_tables?\.c$")


def recipe(path, root):
    """Text of the nearest meson.build at or above the file."""
    for folder in path.parents:
        if (folder / "meson.build").exists():
            return tree.read(folder / "meson.build")
        if folder == root:
            break
    return ""


def header_of(path):
    """Its own header, or for a part of a split file (note_text.c) that of the whole (note.h)."""
    stem = path.stem
    while stem:
        if path.with_name(stem + ".h").exists():
            return path.with_name(stem + ".h")
        stem = stem.rpartition("_")[0]
    return path.with_suffix(".h")


def stories(root):
    """What is wrong with the approved stories."""
    told = {name for path in tree.files(root, ("tests/sim",), ".c")
            for name in STORY.findall(tree.read(path))}
    page = root / "docs" / "simulation.md"
    links = tree.read(page) if page.exists() else ""
    for path in tree.files(root, ("docs/scenes",), ""):
        if path.suffix != ".txt" or path.stem not in told:
            yield f"{tree.name(root, path)}: no scene of tests/sim tells it"
        elif f"scenes/{path.name}" not in links:
            yield f"{tree.name(root, path)}: docs/simulation.md does not link it"


def check(root):
    bad = list(stories(root))
    tested = {include for path in tree.files(root, ("tests/unit",), ".c")
              for _, include in tree.includes(path)}
    for path in tree.files(root, tree.CODE, ".c"):
        if not re.search(rf"['/]{re.escape(path.name)}'", recipe(path, root)):
            bad.append(f"{tree.name(root, path)}: in no meson.build")
        header = tree.name(root, header_of(path))
        if not header.startswith("node/") and not TABLE.search(path.name) and header not in tested:
            bad.append(f"{tree.name(root, path)}: no file of tests/unit includes {header}")
    for folder, prefix, suffix in TESTS:
        for path in tree.files(root, (folder,), suffix):
            stem = path.name[len(prefix):-len(suffix)]
            named = (f"'{stem}'", f"'{path.name}'")
            if path.name.startswith(prefix) and not any(n in recipe(path, root) for n in named):
                bad.append(f"{tree.name(root, path)}: '{stem}' is not in its meson.build")
    return bad
