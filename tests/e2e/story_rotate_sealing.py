"""Another sealing key of a country, while alerts and a case are under way: its node and its partners
go on in both directions, also one that was down meanwhile; restarts change nothing."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import bundle        # the oracle
import canonical
import country
import entry
import journal

AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"

story = e2e.Story("rotate_sealing")
found = {}


def rotate(node):
    return node.cairn("document", "renew", "--rotate", "sealing")


def lines(node):
    """Numbers in the `sealing` lines of its document."""
    text = (node.dir / "documents/own.note").read_text()
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith("sealing ")]


def expect_serial(node, country, serial):
    def row():
        return next(row for row in node.cairn("partner", "list") if row["country"] == country)
    e2e.wait_until(lambda: row()["serial"] == serial, f"{node.country} holds it of {country}")


def expect_exchange(*nodes):
    """Everybody shows what each of them writes from now on."""
    for author in nodes:
        name = author.issue(e2e.alert("Danach", authority=f"{author.country}-BK"))
        for reader in nodes:
            e2e.wait_until(lambda: reader.alert(name), f"{reader.country} shows {author.country}'s")


def request(node, number):
    return node.act("case", "request", "-", "--agreement", AGREEMENT,
                    text=json.dumps(e2e.readmission(number)))["id"]


def status(node, name):
    done = node.run("case", "show", name)
    return done.data["status"] if done.code == 0 else None


def both(world, name, wanted):
    shown = []
    for node in world.nodes("AUT", "SRB"):
        e2e.wait_until(lambda: status(node, name) == wanted, f"{node.country} shows {wanted}")
        shown.append(node.cairn("case", "show", name))
    e2e.equal(shown[0], shown[1], "the case as both sides show it")


def last_rekeys(node):
    """Of its own evidence: {feed: {country: key that the last feed.rekey is wrapped for}}, the epoch
    of each such feed's last entry, and {country: keys of its newest document, in order}."""
    wraps, epochs, keys, section = {}, {}, {}, None
    for kind, fields in node.evidence("--all"):
        if kind == bundle.DOCUMENT:
            document = country.parse(fields[1])
            keys[document.country] = list(document.sealing.values())
        elif kind == bundle.JOURNAL:
            section = fields[1].split("/")[1]
        elif kind == bundle.COMMIT and section == node.country:
            opening, entries = journal.parse_commit(fields[1])
            for prefix, body in entries:
                algorithms, epochs[opening.feed_id] = entry.parse_prefix(prefix)
                operation = canonical.decode(body) if algorithms == 0 else {0: None}
                if operation[0] == 3:
                    wraps[opening.feed_id] = {row[0]: row[1] for row in operation[7][4]}
    return wraps, {feed: epochs[feed] for feed in wraps}, keys


@story.case("three countries share alerts; AUT and SRB begin a case")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    expect_exchange(aut, srb, geo)
    found["case"] = request(aut, "BFA/2026/1")
    both(world, found["case"], "sent")


@story.case("AUT rotates its sealing key while it runs; the old key file stays as it is")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    before = (aut.dir / "keys/sealing-1.key").read_bytes()
    made = rotate(aut)
    e2e.equal((made["serial"], made["in_force"]), (2, "now"), "what the command says")
    e2e.equal(lines(aut), [1, 2], "sealing lines")
    key = aut.dir / "keys/sealing-2.key"
    e2e.equal(key.stat().st_mode & 0o777, 0o600, "mode of the new key")
    e2e.equal((aut.dir / "keys/sealing-1.key").read_bytes(), before, "the old key")
    for node in (srb, geo):
        expect_serial(node, "AUT", 2)
    expect_exchange(aut, srb, geo)


@story.case("the case goes on, in both directions, and another one begins")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.act("case", "ack", found["case"], "--reference", "MUP-77/26")
    both(world, found["case"], "received")
    srb.act("case", "accept", found["case"])
    both(world, found["case"], "accepted")
    found["second"] = request(aut, "BFA/2026/2")
    both(world, found["second"], "sent")


@story.case("SRB rotates while GEO is down, and GEO catches up when it is back")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    geo.stop()
    rotate(srb)
    expect_serial(aut, "SRB", 2)
    missed = srb.issue(e2e.alert("Verpasst", authority="SRB-BK"))
    aut.act("case", "withdraw", found["second"], "--reason", "left_by_self")
    both(world, found["second"], "withdrawn")
    geo.start()
    expect_serial(geo, "SRB", 2)
    e2e.wait_until(lambda: geo.alert(missed), "GEO shows what it missed")
    expect_exchange(aut, srb, geo)


@story.case("two rotate while they are down and do not know of each other")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    aut.stop()
    srb.stop()
    e2e.equal(rotate(aut)["in_force"], "at the next start", "AUT")
    e2e.equal(rotate(srb)["in_force"], "at the next start", "SRB")
    aut.start()
    found["third"] = request(aut, "BFA/2026/3")
    srb.start()
    expect_serial(aut, "SRB", 3)
    expect_serial(srb, "AUT", 3)
    both(world, found["third"], "sent")
    srb.act("case", "ack", found["third"], "--reference", "MUP-78/26")
    both(world, found["third"], "received")
    expect_exchange(aut, srb, geo)


@story.case("after a restart of all nothing is missing")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb, geo):
        node.kill()
        node.start()
    expect_exchange(aut, srb, geo)
    srb.act("case", "refuse", found["third"], "--reason", "R_EVIDENCE")
    both(world, found["third"], "refused")


@story.case("a node without its newest sealing key does not start; without an older one it does")
def _(world):
    geo, = world.nodes("GEO")
    rotate(geo)
    geo.stop()
    key, away = geo.dir / "keys/sealing-2.key", world.place / "sealing-2.key"
    key.rename(away)
    geo.refused(310, "run")
    away.rename(key)
    (geo.dir / "keys/sealing-1.key").unlink()
    geo.start()
    expect_exchange(*world.nodes("AUT", "SRB", "GEO"))


@story.case("a country has at most eight; evidence with all documents verifies")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    while len(lines(aut)) < 8:
        rotate(aut)
    before = (aut.dir / "documents/own.note").read_bytes()
    aut.refused(404, "document", "renew", "--rotate", "sealing")
    e2e.equal((aut.dir / "documents/own.note").read_bytes(), before, "the document")
    e2e.check(not (aut.dir / "keys/sealing-9.key").exists(), "no key was drawn")
    expect_serial(srb, "AUT", 8)
    expect_exchange(*world.nodes("AUT", "SRB", "GEO"))
    for node in (aut, srb):
        path = node.bundle("--all")
        done = e2e.run([path, "--trust", aut.fingerprint], program="cairn-verify")
        e2e.equal(done.code, 0, str(done))


@story.case("what AUT writes now is for everybody's newest key alone: an older one opens none of it")
def _(world):
    aut, = world.nodes("AUT")
    wraps, epochs, keys = last_rekeys(aut)
    e2e.check(wraps, "some feed has another epoch")
    for feed, sealed_to in wraps.items():
        e2e.equal(sealed_to, {code: keys[code][-1] for code in sealed_to}, "keys of the last epoch")
        e2e.equal(sorted(sealed_to), ["AUT", "GEO", "SRB"], "members")
        e2e.check(epochs[feed] > 0, "the last entry is of a later epoch")


story.run()
