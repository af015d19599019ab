"""A partner that was removed gets nothing that is written later: neither what is in it nor its
sealed bytes, neither on its disk nor on its wire. What it was given before it keeps."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 20000

story = e2e.Story("partner_removed")
found = {}


@story.case("three countries share an alert")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    found["before"] = aut.issue(e2e.alert("Vorherova"))
    for node in (srb, geo):
        e2e.wait_until(lambda: node.alert(found["before"]), f"{node.country} shows the alert")
    e2e.check(e2e.holds_bytes(geo.dir, b"Vorherova"), "the search does not see what is there")


@story.case("AUT removes GEO: their link is closed")
def _(world):
    aut, geo = world.nodes("AUT", "GEO")
    aut.cairn("partner", "remove", "GEO")
    e2e.equal(aut.partner("GEO"), None, "AUT's row about GEO")
    e2e.wait_until(lambda: not geo.is_linked("AUT"), "the link is closed")
    found["read"] = geo.bytes_read()


@story.case("what AUT writes from now on reaches SRB")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    found["after"] = aut.issue(e2e.alert("Nachherova"))
    path, _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    aut.act("import", path, "--as", "documents-csv")
    aut.settle()
    found["number"] = path.read_text().splitlines()[1].split(",")[2]
    e2e.wait_until(lambda: sorted(srb.alerts()) == sorted(aut.alerts()), "SRB shows the same")


@story.case("SRB, a partner of both, has passed on all that it would")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    mark = srb.issue(e2e.alert("Markovic", authority="SRB-MUP", contact="mup@srb.example"))
    e2e.wait_until(lambda: geo.alert(mark), "GEO shows SRB's alert")
    e2e.check(not geo.is_linked("AUT"), "GEO is linked to the country that removed it")


def later(aut):
    return [name for name, row in aut.alerts().items()
            if row["country"] == "AUT" and name != found["before"]]


@story.case("GEO's officers see what was shared before, and nothing later")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    e2e.check(geo.alert(found["before"]) is not None, "GEO lost what it was given")
    for name in later(aut):
        e2e.equal(geo.alert(name), None, "what GEO shows")
    asked = ("--document", found["number"], "--issuer", "AUT")
    e2e.equal(srb.screen(*asked)["verdict"], "hit", "SRB's answer on a document of the list")
    e2e.equal(geo.screen(*asked)["verdict"], "no_hit", "GEO's answer on it")


def search(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    e2e.check(e2e.holds_bytes(srb.dir, b"Nachherova"), "the search does not see what is there")
    e2e.equal(e2e.holds_bytes(geo.dir, b"Nachherova"), [], "GEO's files with the name")
    found["sealed"] = 0
    for name in later(aut):
        for body in aut.sealed(name):
            found["sealed"] += len(body)
            wanted = e2e.pieces(body)[:4]
            e2e.check(e2e.holds_any(srb.dir, wanted), "the search does not see what is there")
            e2e.equal(e2e.holds_any(geo.dir, wanted), [], "GEO's files with the sealed entry")


@story.case("neither the words nor the sealed bytes are in a file of GEO")
def _(world):
    search(world)


@story.case("GEO's daemon read too few bytes to have seen them on its wire")
def _(world):
    geo, = world.nodes("GEO")
    read = geo.bytes_read() - found["read"]
    print(f"# {found['sealed']} sealed bytes were written, GEO read {read} bytes of any kind")
    e2e.check(found["sealed"] > 500000, "too little was written: nothing is proved")
    e2e.check(read < found["sealed"] / 5, f"GEO read {read} bytes")


@story.case("nor does it get them when it starts again and asks anew")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    geo.restart()
    e2e.wait_until(lambda: geo.is_linked("SRB"), "GEO links SRB")
    mark = srb.issue(e2e.alert("Nikolic", authority="SRB-MUP", contact="mup@srb.example"))
    e2e.wait_until(lambda: geo.alert(mark), "GEO shows SRB's alert")
    e2e.check(not geo.is_linked("AUT"), "GEO is linked to the country that removed it")
    search(world)


story.run()
