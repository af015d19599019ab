"""What an operator lets a partner send: how much, how fast, or nothing. The others do not notice,
and what was not taken comes when it may."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 120000
LIMIT_BYTES = 1 << 20

story = e2e.Story("accept")
found = {}


def policy(accept):
    return e2e.POLICY.replace("accept: {default: {kinds: [alert.*, case.*]}}", f"accept: {accept}")


def taken(node, country):
    return node.partner(country)["accept"]


def issue(node, surname):
    return node.issue(e2e.alert(surname, authority=f"{node.country}-BK"))


@story.case("a partner that floods is held to its limit: 319, and nobody is accused")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], store_mib: 1}}"))
    path, _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    e2e.equal(aut.act("import", path, "--as", "documents-csv")["accepted"], ROWS, "rows imported")
    e2e.wait_until(lambda: taken(srb, "AUT")["state"] == "full", "SRB says that AUT is full")
    e2e.equal(taken(srb, "AUT")["error"], 319, "the error")
    e2e.equal(taken(srb, "AUT")["limit_bytes"], LIMIT_BYTES, "the limit")
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO, without a limit, has it all")
    e2e.check(taken(geo, "AUT")["held_bytes"] > 2 * LIMIT_BYTES, "it is no flood")
    e2e.check(taken(srb, "AUT")["held_bytes"] <= LIMIT_BYTES, f"too much: {taken(srb, 'AUT')}")
    e2e.check("partner.full country=AUT" in srb.log.read_text(), "the log does not say so")
    e2e.check("commit.missing" not in srb.log.read_text(), "AUT is accused")
    said = e2e.run(["status", "--dir", srb.dir]).out
    e2e.check("AUT full (319)" in said, f"the status for people: {said}")


@story.case("the others come as ever, and the limit holds over a restart")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    name = issue(geo, "Nebenan")
    e2e.wait_until(lambda: srb.alert(name), "GEO's alert")
    srb.restart()
    e2e.wait_until(lambda: srb.is_linked("AUT"), "linked again")
    found["late"] = issue(aut, "Spaeter")
    e2e.wait_until(lambda: geo.alert(found["late"]), "GEO has AUT's alert")
    e2e.check(taken(srb, "AUT")["held_bytes"] <= LIMIT_BYTES, f"too much: {taken(srb, 'AUT')}")
    e2e.equal(srb.alert(found["late"]), None, "what SRB shows of it")
    name = issue(srb, "Eigener")  # SRB is heard, and writes, as ever
    e2e.wait_until(lambda: aut.alert(name), "AUT has SRB's alert")


@story.case("a higher limit counts at once, and all that was left out comes")
def _(world):
    srb, aut = world.nodes("SRB", "AUT")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], store_mib: 1000}}"))
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB has AUT's journal")
    e2e.wait_until(lambda: srb.alert(found["late"]), "and its last alert")
    srb.settle()
    e2e.equal(srb.rows(), ROWS, "rows of documents")
    e2e.equal(taken(srb, "AUT")["state"], "open", "its state")


@story.case("a rate slows it down and skips nothing")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], entries_per_s: 4}}"))
    began = time.monotonic()
    names = [issue(aut, f"Eilig{'abcdefghijklmnopqrstuvwxyz'[at]}") for at in range(20)]
    e2e.wait_until(lambda: geo.alert(names[-1]), "GEO has them all")
    e2e.check(srb.alert(names[-1]) is None, "20 alerts, 20 leaves and more came as fast as to GEO")
    e2e.equal(taken(srb, "AUT")["state"], "slowed", "its state")
    e2e.equal(taken(srb, "AUT")["entries_per_s"], 4, "its rate")
    e2e.wait_until(lambda: all(srb.alert(name) for name in names), "SRB has them, later")
    e2e.check(time.monotonic() - began > 4, "20 entries and their leaves are no 16 entries")


@story.case("who has no row is not heard until it has one")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    srb.apply(policy("{GEO: {kinds: ['*']}}"))
    e2e.equal(taken(srb, "AUT")["state"], "not heard", "its state")
    unheard, heard = issue(aut, "Ungehoert"), issue(geo, "Gehoert")
    e2e.wait_until(lambda: geo.alert(unheard), "GEO hears AUT")
    e2e.wait_until(lambda: srb.alert(heard), "SRB hears GEO")
    e2e.equal(srb.alert(unheard), None, "what SRB hears of AUT")
    srb.restart()
    e2e.wait_until(lambda: srb.is_linked("AUT"), "linked again")
    e2e.equal(srb.alert(unheard), None, "what SRB hears of AUT after a restart")
    srb.apply()
    e2e.wait_until(lambda: srb.alert(unheard), "SRB hears AUT again")


story.run()
