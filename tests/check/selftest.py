"""Proof that each check can fail: plant one violation in a small clean tree and expect red."""
import importlib
import pathlib
import shutil
import tempfile

PURE = "int cairn_planted_get(void);\n\n"
WIDE = "int cairn_planted_get(int a, int b, int c, int d, int e, int f);\n"
LONG = ("static int planted_count(int n)\n{\n" + "    n++;\n" * 70 + "    return n;\n}\n")
RULES = '#define CAIRN_ERR_LIST(X) X(RULE_PLANTED, 699, "planted: B99")\n'

# check, title, {file: text}, words that the complaint must hold
PLANTS = (
    ("layers", "the session must not look into merge",
     {"replication/sync/planted.c": '#include "replication/merge/merge.h"\n'}, "may not include"),
    ("layers", "the node must not look behind the front doors",
     {"node/planted.c": '#include "replication/sync/credit.h"\n'}, "may not include"),
    ("layers", "the schema must not know crypto",
     {"schema/planted.c": '#include "crypto/hash.h"\n'}, "may not include"),
    ("layers", "code must not include tests",
     {"node/planted.c": '#include "tests/lib/test.h"\n'}, "may not include"),
    ("layers", "events are not a second coordinator",
     {"replication/event.h": '#include "replication/sync/credit.h"\n'}, "only core and verify"),
    ("layers", "a foreign library comes in through its door",
     {"replication/planted.c": "#include <uv.h>\n"}, "enters only through"),
    ("layers", "OpenSSL stays in crypto",
     {"node/planted.c": "#include <openssl/evp.h>\n"}, "enters only through"),
    ("layers", "TLS stays where sockets are",
     {"node/planted.c": '#include "crypto/tls.h"\n'}, "TLS enters only"),
    ("layers", "no clock in pure code",
     {"crypto/planted.c": "#include <time.h>\n"}, "no place in pure code"),
    ("layers", "the own header comes first",
     {"schema/planted.h": "", "schema/planted.c": '#include "schema/base/err.h"\n'}, "comes first"),
    ("layers", "nine project includes are too many",
     {"node/planted.c": "".join(f'#include "node/p{n}.h"\n' for n in range(9))}, "at most 8"),
    ("circles", "two files must not need each other",
     {"node/planted.h": '#include "node/other.h"\n', "node/other.c": '#include "node/planted.h"\n'},
     "node/other -> node/planted"),
    ("pure", "no clock behind the headers' back",
     {"replication/planted.c":
      PURE + "long time(long *);\nint cairn_planted_get(void)\n{\n    return (int)time(0);\n}\n"},
     "not pure: time"),
    ("pure", "no memory of its own",
     {"schema/planted.c":
      "#include <stdlib.h>\n" + PURE
      + "int cairn_planted_get(void)\n{\n    return malloc(9) != 0;\n}\n"},
     "not pure: malloc"),
    ("pure", "no static variable inside a function",
     {"schema/planted.c":
      PURE + "int cairn_planted_get(void)\n{\n    static int count;\n    return ++count;\n}\n"},
     "outlives a call: count"),
    ("pure", "an exported name says whose it is",
     {"schema/planted.c": "int planted_get(void);\n\nint planted_get(void)\n{\n    return 1;\n}\n"},
     "without cairn_: planted_get"),
    ("headers", "a header brings what it needs",
     {"schema/planted.h": "uint8_t cairn_planted_get(void);\n"}, "does not compile alone"),
    ("format", "a file off the format is found",
     {"schema/planted.c": "int  cairn_planted_get( void );\n"}, "clang-format"),
    ("size", "a function of 72 lines is too long",
     {"schema/planted.c": LONG}, "function of 72 lines"),
    ("size", "six parameters are too many",
     {"schema/planted.c": WIDE.replace(";", "\n{\n    return a;\n}")}, "6 parameters"),
    ("size", "a file of 601 lines is too long",
     {"schema/planted.c": "/* */\n" * 601}, "601 lines"),
    ("size", "a header of 201 lines is too long",
     {"schema/planted.h": "/* */\n" * 201}, "201 lines"),
    ("size", "101 columns are too wide",
     {"schema/planted.c": "/*" + "x" * 99 + "\n*/\n"}, "101 columns"),
    ("cites", "a rule that no test names is found",
     {"schema/base/err.h": RULES}, "B99"),
    ("registered", "a source that nobody builds is found",
     {"schema/planted.c": ""}, "in no meson.build"),
    ("registered", "a source without a test is found",
     {"schema/planted.c": "", "schema/meson.build": "files('base/one.c', 'planted.c')\n"},
     "no file of tests/unit"),
    ("registered", "a test that nobody runs is found",
     {"tests/unit/test_planted.c": "", "tests/unit/meson.build": "\n"}, "'planted' is not in"),
    ("registered", "a story that nobody tells is found",
     {"docs/scenes/planted.txt": ""}, "no scene of tests/sim tells it"),
    ("registered", "a story that no page links is found",
     {"docs/scenes/planted.txt": "", "tests/sim/planted.c": '.name = "planted"'},
     "does not link it"),
    ("toplevel", "a stray file at the top is found",
     {"notes.txt": "planted\n"}, "notes.txt"),
    ("words", "a promise in a comment is found",
     {"node/planted.c": "/* TO" "DO: later */\n"}, "node/planted.c:1"),
)


# A small tree that every check accepts.
CLEAN = {
    "LICENSE": "",
    "schema/base/err.h": '#define CAIRN_ERR_LIST(X) X(RULE_ONE, 601, "first rule: B01")\n',
    "schema/base/one.h": "int cairn_one_get(int first, int second);\n",
    "schema/base/one.c": '#include "schema/base/one.h"\n\n'
                         "int cairn_one_get(int first, int second)\n"
                         "{\n    return first + second;\n}\n",
    "schema/meson.build": "files('base/one.c')\n",
    "tests/unit/test_one.c": '#include "schema/base/one.h"\n\n/* CAIRN_RULE_ONE */\n',
    "tests/unit/meson.build": "'one'\n",
}


def write(place, files):
    for file, text in files.items():
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text(text, encoding="utf-8")


def plant(root, name, files, words):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder).resolve()
        write(place, CLEAN)
        shutil.copy(root / ".clang-format", place)
        check = importlib.import_module(name).check
        before = check(place)
        if before:
            return ["red already without the plant: " + before[0]]
        write(place, files)
        after = check(place)
        if not any(words in line for line in after):
            return [f"planted violation not found; said: {after}"]
    return []


def cases(root):
    return [(f"{name} turns red: {title}", lambda p=(name, files, words): plant(root, *p))
            for name, title, files, words in PLANTS]
