"""A large import is cut off in the middle, once with its daemon and once alone, and goes on where
it was: every good row once, every bad row named with its line and its reason."""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS, BAD = 150000, 42

story = e2e.Story("import_resume")
found = {}


def begin(world, node):
    """Start an import that nobody waits for."""
    words = ["import", found["path"], "--as", "documents-csv", "--dir", node.dir, *e2e.OFFICER]
    log = open(world.place / "import.log", "ab")
    return subprocess.Popen([e2e.BIN / "cairn", *map(str, words)], stdout=log, stderr=log,
                            stdin=subprocess.DEVNULL)


def named_count(world):
    """How many bad rows the imports have named so far."""
    log = world.place / "import.log"
    return log.read_text().count("line ") if log.exists() else 0


def cut(world, node, victim):
    """Begin an import, and kill the daemon or the import once it has named more bad rows."""
    before = named_count(world)
    process = begin(world, node)
    while named_count(world) < before + 2 and process.poll() is None:
        pass  # without a pause: on a fast machine all is over within a second
    e2e.check(process.poll() is None, "the import was over before it could be cut off")
    if victim == "daemon":
        node.kill()
        e2e.check(process.wait(e2e.LIMIT_S) != 0, "the import ended well without its daemon")
        node.start()
    else:
        process.kill()
        process.wait()


@story.case("a file with good and bad rows")
def _(world):
    world.connect("AUT", "SRB")
    found["path"], complaints = world.generate(
        "documents.csv", "make_documents.py", "--rows", str(ROWS), "--bad", str(BAD))
    found["bad"] = {int(line): int(number) for line, _, number in
                    (row.split("\t") for row in complaints.splitlines())}
    e2e.equal(len(found["bad"]), BAD, "bad rows")


@story.case("the daemon is killed in the middle of the import")
def _(world):
    aut, = world.nodes("AUT")
    cut(world, aut, "daemon")


@story.case("the import alone is killed")
def _(world):
    aut, = world.nodes("AUT")
    cut(world, aut, "import")


def finish(node):
    """The import to its end; what was cut off may have left a piece that is still under way."""
    words = ("import", found["path"], "--as", "documents-csv", *e2e.OFFICER)
    done = e2e.wait_until(lambda: (one := node.run(*words)).number not in (401, 402) and one,
                          "the import is taken up again")
    e2e.equal(done.code, 0, str(done))
    node.settle()
    return done.data


@story.case("the same command goes on: every good row once, every bad one named")
def _(world):
    aut, = world.nodes("AUT")
    done = finish(aut)
    print("#", {key: value for key, value in done.items() if key != "rejected"})
    e2e.equal(done["accepted"], ROWS, "rows accepted in all")
    e2e.equal(done["refused"], BAD, "rows refused in all")
    named = {row["line"]: row["code"] for row in done["refusals"]}
    log = (world.place / "import.log").read_text()
    first = {int(line): int(number) for line, number in
             re.findall(r"^line (\d+): error (\d+)", log, re.M)}
    e2e.check(first, "the first import named nothing")
    e2e.check(named, "the last import named nothing")
    # what the import that was killed had still to say is lost with it, and nothing else
    e2e.equal({**first, **named}, {line: number for line, number in found["bad"].items()
                                   if line <= max(first) or line >= min(named)}, "rows refused")
    e2e.equal(aut.rows(), ROWS, "rows in the batches")


@story.case("once more changes nothing")
def _(world):
    aut, = world.nodes("AUT")
    before = aut.journal()
    done = finish(aut)
    e2e.equal(done["accepted"], ROWS, "rows accepted in all")
    e2e.equal(aut.rows(), ROWS, "rows in the batches")


@story.case("the partner has every row too")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    e2e.wait_until(lambda: srb.rows() == ROWS, "SRB has all rows")
    lines = found["path"].read_text().splitlines()
    for at in (1, ROWS // 3, ROWS + BAD):
        while at in (line - 1 for line in found["bad"]):
            at -= 1
        issuer, _, number, *_ = lines[at].split(",")
        hits = srb.screen("--document", number, "--issuer", issuer)["matches"]
        e2e.equal(len(hits), 1, f"hits on {number}")


story.run()
