"""A node on an old copy of its log, its partners away: officers go on handing in alerts and steps of
cases. They are kept, sealed, over kill -9, and published once and in order when partners have come."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"
UNKNOWN_S = 240  # an order that was being published when the node died waits for two heartbeats

story = e2e.Story("pending")
found = {}


def restoring(node):
    return node.status()["state"].get("restore")


def listed(node):
    return [(row["kind"], row["state"], row["id"]) for row in node.cairn("pending")]


def write(node, *words, body=None):
    return node.act(*words, text=None if body is None else json.dumps(body))


@story.case("much happens after the copy of a log was made, and the copy is put back")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    found["old"] = aut.issue(e2e.alert("Alt"))
    aut.stop()
    shutil.copytree(aut.dir / "log", world.place / "old-log")
    aut.start()
    found["new"] = aut.issue(e2e.alert("Neu"))
    found["case"] = write(aut, "case", "request", "-", "--agreement", AGREEMENT,
                          body=e2e.readmission("BFA/2026/1"))["id"]
    for node in (srb, geo):
        e2e.wait_until(lambda: node.held("AUT") == aut.journal(), f"{node.country} holds it all")
    e2e.wait_until(lambda: srb.run("case", "show", found["case"]).code == 0, "the case at SRB")
    for node in (aut, srb, geo):
        node.stop()
    shutil.rmtree(aut.dir / "log")
    shutil.copytree(world.place / "old-log", aut.dir / "log")
    aut.start()
    e2e.check(restoring(aut), "AUT restores")


@story.case("what is handed in is checked, kept and listed, nothing of it is readable on the disk")
def _(world):
    aut, = world.nodes("AUT")
    aut.refused(301, "alert", "issue", "-", "--role", "booth", "--actor", "B-1",
                text=json.dumps(e2e.alert("Nein")))
    thin = {name: value for name, value in e2e.alert("Nein").items() if name != "births"}
    bad = aut.run("alert", "issue", "-", *e2e.OFFICER, text=json.dumps(thin))
    e2e.equal((bad.code, bad.number), (1, 617), str(bad))
    e2e.equal(listed(aut), [], "nothing is kept of these")
    done = write(aut, "alert", "issue", "-", body=e2e.alert("Wartend"))
    e2e.equal((done["state"], done["pending"]), ("waiting", "1"), "the answer")
    found["waiting"] = done["id"]
    write(aut, "alert", "withdraw", found["old"], "--reason", "revoked")
    write(aut, "alert", "amend", found["old"], "-", body={"set": {"contact": "neu@aut.example"}})
    write(aut, "alert", "withdraw", found["new"], "--reason", "executed")  # the log has lost it
    write(aut, "case", "withdraw", found["case"], "--reason", "other")  # this too
    found["second"] = write(aut, "case", "request", "-", "--agreement", AGREEMENT,
                            body=e2e.readmission("BFA/2026/2"))["id"]
    found["listed"] = [("alert.issue", "waiting", found["waiting"]),
                       ("alert.withdraw", "waiting", found["old"]),
                       ("alert.amend", "waiting", found["old"]),
                       ("alert.withdraw", "waiting", found["new"]),
                       ("case.withdraw", "waiting", found["case"]),
                       ("case.request", "waiting", found["second"])]
    e2e.equal(listed(aut), found["listed"], "the list")
    e2e.equal(aut.status()["state"]["pending"], {"waiting": 6, "refused": 0}, "the status")
    e2e.check("6 orders wait" in e2e.run(["status", "--dir", aut.dir]).out, "the status for people")
    for word in (b"Wartend", found["waiting"].encode(), b"A-17"):
        e2e.equal(e2e.holds_bytes(aut.dir / "pending", word), [], f"{word} on the disk")
    e2e.equal(aut.alert(found["waiting"]), None, "it is no alert yet")


@story.case("kill -9 loses nothing, and a restart alone publishes nothing")
def _(world):
    aut, = world.nodes("AUT")
    aut.kill()
    aut.start()
    e2e.equal(listed(aut), found["listed"], "the list")
    aut.refused(313, "pending", "--dismiss", "1")
    aut.refused(310, "pending", "--dismiss", "77")


@story.case("partners come: everything is published once, though the node is killed meanwhile")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    srb.start()
    geo.start()
    e2e.wait_until(lambda: restoring(aut) is None, "AUT is in order again")
    aut.kill()
    aut.start()
    e2e.wait_until(lambda: not any(row[1] == "waiting" for row in listed(aut)), "none waits",
                   limit_s=UNKNOWN_S)
    e2e.wait_until(lambda: srb.alert(found["waiting"]), "SRB has the new alert")
    e2e.wait_until(lambda: geo.alert(found["new"])["status"] == "withdrawn", "GEO has the withdrawal")
    e2e.wait_until(lambda: srb.cairn("case", "show", found["case"])["status"] == "withdrawn",
                   "SRB has the case's withdrawal")
    e2e.wait_until(lambda: srb.run("case", "show", found["second"]).code == 0, "SRB has the request")
    counts = {}
    for one in srb.operations():
        if one.object in [found[name] for name in ("waiting", "old", "new", "case", "second")]:
            counts[one.kind, one.object] = counts.get((one.kind, one.object), 0) + 1
    e2e.equal(len(counts), 8, f"operations: {counts}")
    e2e.equal(set(counts.values()), {1}, f"each once: {counts}")


@story.case("what was refused says why, and stays until it is dismissed")
def _(world):
    aut, = world.nodes("AUT")
    rows = aut.cairn("pending")
    e2e.equal([(row["pending"], row["error"]) for row in rows], [("3", 634)], "what is listed")
    aut.restart()
    e2e.equal(aut.cairn("pending"), rows, "after a restart")
    aut.refused(301, "pending", "--dismiss", "3", "--role", "booth")
    aut.cairn("pending", "--dismiss", "3", *e2e.OFFICER)
    e2e.equal(listed(aut), [], "the list")
    e2e.equal(aut.status()["state"].get("pending"), None, "the status")
    e2e.equal(list((aut.dir / "pending").iterdir()), [], "files")
    aut.issue(e2e.alert("Danach"))


story.run()
