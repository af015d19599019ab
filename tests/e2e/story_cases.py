"""A readmission case between AUT and SRB: requested, acknowledged, accepted; refused; withdrawn.
Both sides show the same; a third country has no part in it; a step out of turn changes nothing."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"

story = e2e.Story("cases")
found = {}


def request(node, body, *words):
    return node.act("case", "request", "-", "--agreement", AGREEMENT, *words,
                    text=json.dumps(body))["id"]


def status(node, name):
    done = node.run("case", "show", name)
    return done.data["status"] if done.code == 0 else None


def both(world, name, wanted):
    """AUT and SRB come to show this status, and then the same case."""
    shown = []
    for node in world.nodes("AUT", "SRB"):
        e2e.wait_until(lambda: status(node, name) == wanted, f"{node.country} shows {wanted}")
        shown.append(node.cairn("case", "show", name))
    e2e.equal(shown[0], shown[1], "the case as both sides show it")
    return shown[0]


@story.case("the agreement is checked, and so is one that is broken")
def _(world):
    aut, _, _ = world.connect("AUT", "SRB", "GEO")
    e2e.equal(e2e.run(["agreement", "check", AGREEMENT]).code, 0, "exit code")
    broken = world.file("broken.yaml", AGREEMENT.read_text().replace("limit: 10d", "limit: -10d"))
    done = e2e.run(["agreement", "check", broken, "--json"])
    e2e.equal((done.code, done.number), (1, 137), str(done))
    e2e.check("broken.yaml:" in done.data["detail"], "the fault has no place")


@story.case("AUT asks SRB to take a national back: both show the same case")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    found["case"] = request(aut, e2e.readmission("BFA/2026/1"))
    shown = both(world, found["case"], "sent")
    e2e.equal((shown["requesting"], shown["requested"]), ("AUT", "SRB"), "the two states")


@story.case("SRB acknowledges and accepts")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.act("case", "ack", found["case"], "--reference", "MUP-77/26")
    both(world, found["case"], "received")
    srb.act("case", "accept", found["case"])
    both(world, found["case"], "accepted")


@story.case("another is refused with its reasons, a third withdrawn")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    refused = request(aut, e2e.readmission("BFA/2026/2"))
    both(world, refused, "sent")
    srb.act("case", "refuse", refused, "--reason", "R_NOT_NATIONAL", "--reason", "R_EVIDENCE")
    both(world, refused, "refused")
    withdrawn = request(aut, e2e.readmission("BFA/2026/3"))
    both(world, withdrawn, "sent")
    aut.act("case", "withdraw", withdrawn, "--reason", "left_by_self")
    both(world, withdrawn, "withdrawn")
    found["all"] = {found["case"], refused, withdrawn}


@story.case("a step out of turn, or by the wrong state, is refused and changes nothing")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    before = aut.cairn("case", "show", found["case"])
    for node, words in ((srb, ("refuse", found["case"], "--reason", "R_LATE")),
                        (aut, ("accept", found["case"])),
                        (srb, ("withdraw", found["case"], "--reason", "court"))):
        done = node.run("case", *words, *e2e.OFFICER)
        e2e.equal(done.code, 1, str(done))
        e2e.check(done.number in (302, 313, 650, 655), str(done))
    e2e.equal(aut.cairn("case", "show", found["case"]), before, "the case")


@story.case("an incomplete request is refused with the number of the rule")
def _(world):
    aut, = world.nodes("AUT")
    for number, changes in ((650, {"requested": "AUT"}), (651, {"procedure": "accelerated"}),
                            (616, {"decision": {"final": False, "date": e2e.day(-1)}}),
                            (653, {"remarks": "the person asked for asylum"}),
                            (195, {"unknown": 1})):
        body = e2e.readmission("BFA/2026/4", **changes)
        aut.refused(number, "case", "request", "-", "--agreement", AGREEMENT, *e2e.OFFICER,
                    text=json.dumps(body))


@story.case("the lists of both are the same three, GEO has no part in any")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb):
        e2e.equal({row["id"] for row in node.cairn("case", "list")}, found["all"], "cases")
    e2e.equal(geo.cairn("case", "list"), [], "cases GEO shows")
    geo.refused(310, "case", "show", found["case"])
    e2e.equal(e2e.holds_bytes(geo.dir, "Petrović".encode()), [], "GEO's files with the name")
    e2e.check(e2e.holds_bytes(srb.dir, "Petrović".encode()), "the search sees nothing at all")


story.run()
