"""All daemons end and start again: they show what they showed. So does one whose views were thrown
away, since views are only derived."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("restart")
found = {}


def picture(node):
    """All that a node shows but for times and links."""
    alerts, cases = node.alerts(), node.cairn("case", "list")
    return {"alerts": alerts, "cases": cases,
            "shown": {name: node.alert(name) for name in alerts},
            "steps": [node.cairn("case", "show", row["id"]) for row in cases],
            "tokens": node.cairn("token", "list"),
            "partners": {row["country"]: (row["fingerprint"], row["serial"])
                         for row in node.cairn("partner", "list")},
            "matches": node.screen("--document", "KE4192750", "--issuer", "AUT")["matches"]}


def says(node, names):
    """What the alerts of these names say on this node."""
    return {name: {key: shown[key] for key in ("status", "body", "row_count") if key in shown}
            for name, shown in ((name, node.alert(name)) for name in names) if shown}


def has_caught_up(node, author, count):
    """Does the node show so many alerts, and in each all that the author wrote?"""
    names = node.alerts()
    return len(names) >= count and says(node, names) == says(author, names)


@story.case("three countries with alerts, a list, a case, tokens, and look-ups")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    for number in range(10):
        aut.issue(e2e.alert(f"Offenbar{number}"))
    aut.act("alert", "withdraw", aut.issue(e2e.alert("Widerrufen")), "--reason", "revoked")
    amended = aut.issue(e2e.check_alert("Verborgen"))
    aut.act("alert", "amend", amended, "-",
            text=json.dumps({"set": {"contact": "new@aut.example"}}))
    path = world.file("documents.csv", "issuer,type,number,status,issued,expires\n"
                                       "AUT,P,KE4192750,stolen,2021-06-01,2031-06-01\n")
    aut.act("import", path, "--as", "documents-csv")
    aut.settle()
    case = aut.act("case", "request", "-", "--agreement",
                   e2e.DATA / "agreements" / "eura-srb-aut.yaml",
                   text=json.dumps(e2e.readmission("BFA/2026/1")))["id"]
    e2e.wait_until(lambda: srb.run("case", "show", case).code == 0, "SRB shows the case")
    srb.act("case", "ack", case)
    geo.cairn("token", "create", "--role", "booth", "--actor", "B-17")
    e2e.wait_until(lambda: aut.cairn("case", "show", case)["status"] == "received",
                   "AUT sees the acknowledgement")
    for node, count in ((srb, len(aut.alerts())), (geo, 12)):
        e2e.wait_until(lambda: has_caught_up(node, aut, count), f"{node.country} shows the alerts")
    found["pictures"] = {node.country: picture(node) for node in (aut, srb, geo)}


@story.case("all daemons end well and start again: they show the same")
def _(world):
    nodes = world.nodes("AUT", "SRB", "GEO")
    for node in nodes:
        node.stop()
    for node in nodes:
        node.start()
    for node in nodes:
        e2e.equal(picture(node), found["pictures"][node.country], f"what {node.country} shows")


@story.case("they link again, and what is new arrives")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, geo):
        e2e.wait_until(lambda: node.is_linked("SRB"), f"{node.country} links SRB")
    e2e.wait_until(lambda: geo.is_linked("AUT"), "GEO links AUT")
    name = aut.issue(e2e.alert("Danach"))
    for node in (srb, geo):
        e2e.wait_until(lambda: node.alert(name), f"{node.country} shows the new alert")
    found["pictures"] = {node.country: picture(node) for node in (aut, srb, geo)}


@story.case("a node whose views are gone makes the same ones again")
def _(world):
    for node in world.nodes("AUT", "SRB"):
        node.stop()
        shutil.rmtree(node.dir / "views")
        node.start()
        wanted = found["pictures"][node.country]
        e2e.wait_until(lambda: sorted(node.alerts()) == sorted(wanted["alerts"]), "alerts are back")
        e2e.wait_until(lambda: picture(node) == wanted, f"what {node.country} shows is back")


story.run()
