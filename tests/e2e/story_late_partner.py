"""A country that joins late gets what the policy gives it from the first entry on, and nothing of
what a rule withholds from it."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 20000

story = e2e.Story("late_partner")
found = {}


@story.case("two countries share alerts, a batch, and what is only for the two of them")
def _(world):
    aut, srb = world.connect("AUT", "SRB")
    found["shared"] = [aut.issue(e2e.alert(f"Offenbar{number}")) for number in range(5)]
    found["withdrawn"] = aut.issue(e2e.alert("Widerrufen"))
    aut.act("alert", "withdraw", found["withdrawn"], "--reason", "revoked")
    found["region"] = aut.issue(e2e.check_alert("Verborgen"))
    path, _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    found["rows"] = path.read_text().splitlines()[1:]
    done = aut.act("import", path, "--as", "documents-csv")
    e2e.equal(done["accepted"], ROWS, "rows imported")
    for name in [*found["shared"], found["region"]]:
        e2e.wait_until(lambda: srb.alert(name), "SRB shows the alert")


@story.case("a third country joins: fingerprints compared on all sides")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    pol = world.make("POL").start()
    pol.meet(aut, srb)
    pol.apply()
    for node in (aut, srb):
        node.meet(pol)
        e2e.wait_until(lambda: pol.is_linked(node.country), f"POL links {node.country}")


@story.case("it catches up with everything that is for all partners")
def _(world):
    aut, pol = world.nodes("AUT", "POL")
    for name in found["shared"]:
        e2e.wait_until(lambda: pol.alert(name), "POL shows an alert from before")
        e2e.equal(pol.alert(name)["body"], aut.alert(name)["body"], "body as POL shows them")
    for row in (found["rows"][0], found["rows"][-1]):
        issuer, _, number, *_ = row.split(",")
        e2e.wait_until(lambda: pol.screen("--document", number, "--issuer", issuer)["matches"],
                       "POL finds an imported document")
    e2e.wait_until(lambda: pol.held("AUT") == aut.journal(), "POL holds the whole journal")


@story.case("what was withdrawn before is no hit there")
def _(world):
    pol, = world.nodes("POL")
    e2e.wait_until(lambda: pol.alert(found["withdrawn"]), "POL knows the withdrawn alert")
    e2e.equal(pol.alert(found["withdrawn"])["status"], "withdrawn", "its status")
    e2e.equal(pol.screen("--name", "Widerrufen", "--given", "Anna", "--born", "1974-08-12")["matches"], [],
              "hits on it")


@story.case("what was for two countries stays theirs")
def _(world):
    aut, srb, pol = world.nodes("AUT", "SRB", "POL")
    e2e.equal(pol.alert(found["region"]), None, "what POL shows")
    e2e.check(e2e.holds_bytes(srb.dir, b"Verborgen"), "the search does not see what is there")
    e2e.equal(e2e.holds_bytes(pol.dir, b"Verborgen"), [], "POL's files with the name")
    for body in aut.sealed(found["region"]):
        e2e.equal(e2e.holds_any(pol.dir, e2e.pieces(body)), [], "POL's files with its sealed bytes")


@story.case("what is written from now on reaches it at once")
def _(world):
    aut, pol = world.nodes("AUT", "POL")
    name = aut.issue(e2e.alert("Nachherova"))
    e2e.wait_until(lambda: pol.alert(name), "POL shows the new alert", 10)


story.run()
