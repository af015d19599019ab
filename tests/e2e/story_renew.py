"""A country's next document: other dates, another endpoint, another root key. Partners take it over
the link and need nobody's yes; what was written before stays, and writing goes on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("renew")
kept = {}


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


@story.case("the document of a running node is renewed: it and its partner hold serial 2")
def _(world):
    word = world.file("word.txt", "three grey stones\n")
    word.chmod(0o600)
    aut, srb = world.make("AUT", "--passphrase-file", word).start(), world.make("SRB").start()
    aut.meet(srb)
    srb.meet(aut)
    for node in (aut, srb):
        node.apply()
    e2e.wait_until(lambda: aut.is_linked("SRB") and srb.is_linked("AUT"), "linked")
    expect_serial(srb, "AUT", 1)
    kept["first"] = (aut.dir / "documents/own.note").read_bytes()
    made = aut.cairn("document", "renew", "--days", "30", "--passphrase-file", word)
    e2e.equal((made["serial"], made["in_force"]), (2, "now"), "what the command says")
    e2e.equal(made["valid_until"][:10], e2e.day(30), "its last day")
    e2e.equal(made["fingerprint"], aut.fingerprint, "fingerprint")
    expect_serial(srb, "AUT", 2)
    expect_exchange(aut, srb)


@story.case("the control feed names the new document; evidence with both verifies")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    e2e.check(2 in [op.body[2] for op in aut.operations() if op.kind == 7], "control.document")
    path = srb.bundle("--all")
    done = e2e.run([path, "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(done.code, 0, str(done))


@story.case("a wrong passphrase, or a key that is not there, changes nothing")
def _(world):
    aut, = world.nodes("AUT")
    before = (aut.dir / "documents/own.note").read_bytes()
    wrong = world.file("wrong.txt", "three red stones\n")
    wrong.chmod(0o600)
    aut.refused(165, "document", "renew", "--passphrase-file", wrong)
    aut.refused(165, "document", "renew")
    (world.place / "empty").mkdir()
    aut.refused(310, "document", "renew", "--root-keys", world.place / "empty")
    aut.refused(197, "document", "renew", "--endpoint", "nowhere", code=2)
    e2e.equal((aut.dir / "documents/own.note").read_bytes(), before, "the document")


@story.case("a node that is down gets its document at the start, and is dialled at the new endpoint")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.stop()
    made = aut.cairn("document", "renew", "--endpoint", f"localhost:{aut.listen}",
                     "--passphrase-file", world.place / "word.txt")
    e2e.equal((made["serial"], made["in_force"]), (3, "at the next start"), "what the command says")
    aut.start()
    expect_serial(srb, "AUT", 3)
    e2e.equal(aut.partner("SRB")["country"], "SRB", "its partner")
    expect_exchange(aut, srb)


@story.case("an old copy of the document is renewed to nothing, until a higher serial is said")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    word = world.place / "word.txt"
    own = aut.dir / "documents/own.note"
    newest = own.read_bytes()
    own.write_bytes(kept["first"])
    aut.refused(311, "document", "renew", "--passphrase-file", word)
    made = aut.cairn("document", "renew", "--serial", "4", "--passphrase-file", word)
    e2e.equal((made["serial"], made["in_force"]), (4, "now"), "what the command says")
    e2e.check(own.read_bytes() != newest, "it is another one")
    expect_serial(srb, "AUT", 4)


@story.case("another root key: the announced one signs, and the partner shows the new fingerprint")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    word = world.place / "word.txt"
    safe = world.place / "safe"
    safe.mkdir()
    (aut.dir / "keys/root-1.key").rename(safe / "root-1.key")
    made = aut.cairn("document", "renew", "--rotate", "root", "--passphrase-file", word)
    e2e.equal(made["serial"], 5, "serial")
    e2e.check(made["fingerprint"] != aut.fingerprint, "the fingerprint is another one")
    expect_serial(srb, "AUT", 5)
    e2e.equal(listed(srb, "AUT")["fingerprint"], made["fingerprint"], "what SRB shows")
    e2e.equal(aut.status()["fingerprint"], made["fingerprint"], "what AUT shows")
    expect_exchange(aut, srb)
    aut.fingerprint = made["fingerprint"]


@story.case("the old root key signs nothing more; the next rotation has its key")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.refused(310, "document", "renew", "--root-keys", world.place / "safe",
                "--passphrase-file", world.place / "word.txt")
    made = aut.cairn("document", "renew", "--rotate", "root",
                     "--passphrase-file", world.place / "word.txt")
    e2e.equal(made["serial"], 6, "serial")
    expect_serial(srb, "AUT", 6)
    for node in (aut, srb):
        node.restart()
    expect_serial(srb, "AUT", 6)
    expect_exchange(aut, srb)


@story.case("a third country that comes now compares the new fingerprint, and evidence is whole")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.fingerprint = aut.status()["fingerprint"]
    geo = world.make("GEO").start()
    geo.meet(aut, srb)
    aut.meet(geo)
    geo.apply()
    e2e.wait_until(lambda: geo.is_linked("AUT"), "GEO links AUT")
    expect_exchange(aut, geo)
    path = srb.bundle("--all")
    done = e2e.run([path, "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(done.code, 0, str(done))


story.run()
