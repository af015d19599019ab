"""A country of which nothing is left but the root keys: its partners give back its document, its
journal and the secrets of the feeds that they share with it, and nobody else learns anything."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"
ORIGIN = "test-e2e/AUT/vienna-1/"

story = e2e.Story("recover_keys")
kept = {"all": set(), "region": set()}


def expect_alerts(node, names, limit_s=e2e.LIMIT_S):
    e2e.wait_until(lambda: names <= set(node.alerts()), f"{node.country} shows them", limit_s)


def expect_case(node, wanted):
    e2e.wait_until(lambda: (node.run("case", "show", kept["case"]).code == 0 and
                            node.cairn("case", "show", kept["case"])["status"] == wanted),
                   f"{node.country} shows the case as {wanted}")


def lose_everything(world, aut):
    """All but the root keys, which are in a safe. gives: the safe"""
    safe = world.place / f"safe-{world.count()}"
    safe.mkdir(mode=0o700)
    for name in ("root-1.key", "root-2.key"):
        shutil.copy(kept.get("safe", aut.dir / "keys") / name, safe / name)
    aut.stop()
    shutil.rmtree(aut.dir)
    kept["safe"] = safe
    return safe


def from_partner(world, partner, incarnation):
    """The document and the checkpoint that it keeps."""
    note = e2e.run(["partner", "document", "AUT", "--dir", partner.dir])
    signed = e2e.run(["partner", "checkpoint", f"{ORIGIN}{incarnation}", "--dir", partner.dir])
    e2e.equal((note.code, signed.code), (0, 0), f"{note}{signed}")
    return world.file("aut.note", note.out), world.file("aut.checkpoint", signed.out)


def recover(world, aut, partner, incarnation):
    safe = lose_everything(world, aut)
    note, checkpoint = from_partner(world, partner, incarnation)
    words = ["recover", "--document", note, "--root-keys", safe, "--checkpoint", checkpoint,
             "--accept-loss", "--lost-sealing", "--listen", f"{aut.host}:{aut.listen}", "--http",
             f"127.0.0.1:{aut.http}"]
    e2e.check(aut.run(*words).code == 2, "which node it is must be said")
    return aut.cairn(*words, "--node", "vienna-1")


def come_back(world, aut, *others):
    """It knows its partners again, and they its new document."""
    aut.start()
    welcome(world, aut, *others)


def welcome(world, aut, *others):
    aut.meet(*others)
    note = world.file("mail.note", e2e.run(["document", "--dir", aut.dir]).out)
    others[0].cairn("partner", "add", note, "--fingerprint", aut.fingerprint)
    aut.apply()
    for other in others:
        e2e.wait_until(lambda: aut.is_linked(other.country), f"AUT links {other.country}")


@story.case("three countries share alerts, two of them a region and a case")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    for author in (aut, srb, geo):
        for number in range(3):
            kept["all"].add(author.issue(e2e.alert(f"Alle{number}",
                                                   authority=f"{author.country}-BK")))
    kept["region"].add(aut.issue(e2e.check_alert("Region")))
    kept["region"].add(srb.issue(e2e.check_alert("Region", authority="SRB-BK")))
    kept["case"] = aut.act("case", "request", "-", "--agreement", AGREEMENT,
                           text=json.dumps(e2e.readmission("BFA/2026/1")))["id"]
    expect_case(srb, "sent")
    srb.act("case", "ack", kept["case"], "--reference", "MUP-77/26")
    for node in (aut, srb):
        expect_alerts(node, kept["all"] | kept["region"])
        expect_case(node, "received")
    expect_alerts(geo, kept["all"])
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB holds AUT's journal")


@story.case("nothing is left but the root keys: the command makes the directory again")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    done = recover(world, aut, srb, 1)
    e2e.equal((done["incarnation"], done["lost_sealing"]), (2, [1]), "what it says")
    e2e.equal(done["fingerprint"], aut.fingerprint, "fingerprint")
    e2e.check(len(done["cannot_come_back"]) > 0, "it says what is gone")
    text = (aut.dir / "documents/own.note").read_text()
    e2e.check("\nlost 1\nnode vienna-1 2 " in text, "the document says it")
    come_back(world, aut, srb, geo)


@story.case("its alerts, its partners' alerts and the case are shown again")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    expect_alerts(aut, kept["all"] | kept["region"])
    expect_case(aut, "received")
    name = srb.issue(e2e.check_alert("Danach", authority="SRB-BK"))
    expect_alerts(aut, {name})
    kept["region"].add(name)
    srb.act("case", "accept", kept["case"])
    expect_case(aut, "accepted")
    kept["all"].add(aut.issue(e2e.alert("Weiter")))
    expect_alerts(geo, kept["all"])


@story.case("who is no member has learned nothing; restarts change nothing")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb, geo):
        node.kill()
        node.start()
    expect_alerts(aut, kept["all"] | kept["region"])
    name = srb.issue(e2e.alert("Neustart", authority="SRB-BK"))
    kept["all"].add(name)
    for node in (aut, geo):
        expect_alerts(node, kept["all"])
    for name in kept["region"]:
        e2e.equal(geo.alert(name), None, "the region's alert at GEO")
        done = geo.run("audit", "export", "--object", name, "--out", world.place / "none.bundle")
        e2e.check(done.code != 0, "GEO has evidence of what it may not read")


def status_text(node):
    return e2e.run(["status", "--dir", node.dir]).out


def ended_of(node):
    """The rows of its own origins that have ended."""
    return [row for row in node.status()["partners"] if row["country"] == node.country]


def tells_unopened(node):
    rows, text = ended_of(node), status_text(node)
    return all(row["journal_size"] == row["ended_size"] > row["unopened"] > 0 and
               f"unopened    {row['origin']}: {row['unopened']} of {row['ended_size']} leaves" in text
               for row in rows)


@story.case("once more: a partner that knows less than another gives back less, and that is told")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (srb, geo):
        e2e.wait_until(lambda node=node: node.held("AUT") == aut.journal(), "AUT's journal is held")
    done = recover(world, aut, srb, 2)
    e2e.equal((done["incarnation"], done["lost_sealing"]), (3, [1, 2]), "what it says")
    come_back(world, aut, geo)
    e2e.wait_until(lambda: tells_unopened(aut), "GEO gives back what it holds; the rest is told")
    before = [row["unopened"] for row in ended_of(aut)]
    welcome(world, aut, srb)
    e2e.wait_until(lambda: all(row["unopened"] < count
                               for row, count in zip(ended_of(aut), before, strict=True)),
                   "SRB's secrets open more")
    expect_alerts(aut, kept["all"] | kept["region"])
    expect_case(aut, "accepted")


@story.case("the evidence of all is whole")
def _(world):
    for node in world.nodes("AUT", "SRB", "GEO"):
        path = node.bundle("--all")
        done = e2e.run([path, "--trust", node.fingerprint], program="cairn-verify")
        e2e.equal(done.code, 0, str(done))


story.run()
