"""An entry for AUT and SRB never comes to GEO as anything but blind leaves of 48 bytes: GEO's disk
has neither its words nor its sealed bytes, and its daemon read too little to have seen them."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 20000
POLICY = e2e.POLICY.replace("{kinds: [alert.batch], to: all}", "{kinds: [alert.batch], to: region}")

story = e2e.Story("sealed_on_disk")
found = {}


@story.case("three countries are linked; AUT's policy gives document lists to the region only")
def _(world):
    aut, _, geo = world.connect("AUT", "SRB", "GEO")
    aut.apply(POLICY)
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO holds AUT's journal")
    found["journal"], found["read"] = aut.journal(), geo.bytes_read()


@story.case("an alert and a list are shown in the region; GEO holds their commits")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    found["alert"] = aut.issue(e2e.check_alert("Verborgen"))
    path, _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    aut.act("import", path, "--as", "documents-csv")
    aut.settle()
    found["number"] = path.read_text().splitlines()[ROWS].split(",")[2]
    found["all"] = sorted(aut.alerts())
    e2e.wait_until(lambda: sorted(srb.alerts()) == found["all"], "SRB shows the same")
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO holds AUT's journal")
    e2e.check(aut.journal() >= found["journal"] + 2, "the journal has not grown")


@story.case("GEO's officers see nothing of it")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    e2e.equal(geo.alerts(), {}, "what GEO lists")
    for name in found["all"]:
        e2e.equal(geo.alert(name), None, "what GEO shows")
    asked = ("--document", found["number"], "--issuer", "AUT")
    e2e.equal(srb.screen(*asked)["verdict"], "hit", "SRB's answer on a document of the list")
    e2e.equal(geo.screen(*asked)["verdict"], "no_hit", "GEO's answer on it")


@story.case("the words are in no file of GEO")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    for word in ("Verborgen", found["alert"]):
        e2e.check(e2e.holds_bytes(srb.dir, word.encode()), f"the search does not see {word}")
        e2e.equal(e2e.holds_bytes(geo.dir, word.encode()), [], f"GEO's files with {word}")


@story.case("the sealed bytes are in no file of GEO")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    found["sealed"] = 0
    for name in found["all"]:
        for body in aut.sealed(name):
            found["sealed"] += len(body)
            wanted = e2e.pieces(body)[:4]
            e2e.check(e2e.holds_any(srb.dir, wanted), "the search does not see what is there")
            e2e.equal(e2e.holds_any(geo.dir, wanted), [], "GEO's files with the sealed entry")


@story.case("GEO's daemon read too few bytes to have seen them on its wire")
def _(world):
    geo, = world.nodes("GEO")
    read = geo.bytes_read() - found["read"]
    print(f"# {found['sealed']} sealed bytes were written, GEO read {read} bytes of any kind")
    e2e.check(found["sealed"] > 500000, "too little was written: nothing is proved")
    e2e.check(read < found["sealed"] / 5, f"GEO read {read} bytes")


story.run()
