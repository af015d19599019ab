"""A country's root key changes more than once while a partner, or its own log, is away: what leads
from the one document to the next is told by whoever has it, and lies beside the own document."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("rotate_root")


def listed(node, country):
    """A partner's row in `cairn partner list`."""
    return next(row for row in node.cairn("partner", "list") if row["country"] == country)


def expect_serial(node, country, serial):
    e2e.wait_until(lambda: listed(node, country)["serial"] == serial,
                   f"{node.country} holds document {serial} of {country}")


def expect_exchange(one, other):
    """Each shows what the other writes from now on."""
    for author, reader in ((one, other), (other, one)):
        name = author.issue(e2e.alert("Danach", authority=f"{author.country}-BK"))
        e2e.wait_until(lambda: reader.alert(name), f"{reader.country} shows {author.country}'s alert")


def rotate(node, count):
    """Another root key so often, each on top of a document more. Fingerprints by serial."""
    made = {}
    for _ in range(count):
        for words in ((), ("--rotate", "root")):
            document = node.cairn("document", "renew", *words)
            made[document["serial"]] = node.fingerprint = document["fingerprint"]
    return made


def copy_log(node, copy):
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(node.dir / "log", copy)


def put_back(node, copy):
    shutil.rmtree(node.dir / "log")
    shutil.copytree(copy, node.dir / "log")


@story.case("a partner that was away during two rotations is led to the newest document")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    geo.stop()
    serial = max(rotate(aut, 2))
    expect_serial(srb, "AUT", serial)
    geo.start()
    expect_serial(geo, "AUT", serial)
    e2e.equal(listed(geo, "AUT")["fingerprint"], aut.fingerprint, "what GEO shows")
    expect_exchange(aut, geo)


@story.case("... also by a third country, and over five rotations of which it saw none")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    geo.stop()
    serial = max(rotate(aut, 5))
    expect_serial(srb, "AUT", serial)
    aut.stop()
    srb.restart()  # what leads there is on its disk
    geo.start()
    expect_serial(geo, "AUT", serial)
    aut.start()
    expect_exchange(aut, geo)
    done = e2e.run([geo.bundle("--all"), "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(done.code, 0, str(done))


@story.case("the root key changes twice while the node is down: it starts with both documents")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    aut.stop()
    serial = max(rotate(aut, 2))
    aut.start()
    e2e.equal(aut.status()["fingerprint"], aut.fingerprint, "what AUT shows")
    for node in (srb, geo):
        expect_serial(node, "AUT", serial)


@story.case("its log is put back to before two rotations: the documents beside it lead it on")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    aut.stop()
    copy_log(aut, world.place / "old-log")
    aut.start()
    serial = max(rotate(aut, 2))
    expect_serial(srb, "AUT", serial)
    for node in (aut, srb, geo):
        node.stop()
    put_back(aut, world.place / "old-log")
    aut.start()
    e2e.equal(aut.status()["fingerprint"], aut.fingerprint, "what AUT shows, alone")
    srb.start()
    geo.start()
    e2e.wait_until(lambda: aut.status()["state"].get("restore") is None, "AUT is in order")
    expect_exchange(aut, geo)


@story.case("... and with nothing but the newest of them, partners do; it leads on others again")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    geo.stop()
    serial = max(rotate(aut, 2))
    expect_serial(srb, "AUT", serial)
    aut.stop()
    put_back(aut, world.place / "old-log")
    for path in (aut.dir / "documents").glob("[0-9]*.note"):
        path.unlink()
    aut.start()
    e2e.wait_until(lambda: aut.status()["fingerprint"] == aut.fingerprint, "AUT holds its document")
    e2e.wait_until(lambda: aut.status()["state"].get("restore") is None, "AUT is in order")
    srb.stop()
    geo.start()
    expect_serial(geo, "AUT", serial)
    srb.start()
    expect_exchange(aut, geo)


@story.case("... in another incarnation, whose keys no link knows, its documents are handed over")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    srb.stop()
    geo.stop()
    words = rotate(aut, 2)
    aut.stop()
    serial = aut.cairn("recover", "--accept-loss")["serial"]
    aut.start()
    srb.start()
    newest = world.file("newest.note", e2e.run(["document", "--dir", aut.dir]).out)
    srb.refused(308, "partner", "add", newest, "--fingerprint", aut.fingerprint)
    for number in sorted(words):
        note = aut.dir / "documents" / f"{number}.note"
        srb.cairn("partner", "add", note, "--fingerprint", words[number])
    srb.cairn("partner", "add", newest, "--fingerprint", aut.fingerprint)
    expect_serial(srb, "AUT", serial)
    geo.start()
    expect_serial(geo, "AUT", serial)
    expect_exchange(aut, geo)


story.run()
