"""A node's directory is copied and both copies run, each with one partner: two histories under one
key. The partners find out from each other, and anybody can check what they export."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

import verify   # the oracle

story = e2e.Story("fork")
found = {}
COMPARED_S = 150  # partners compare once a minute


def twin_of(world, node):
    """Another process over a copy of the node's directory, on other ports."""
    twin = e2e.Node(world, node.country)
    twin.dir, twin.log = world.place / "twin", world.place / "twin.log"
    shutil.copytree(node.dir, twin.dir, ignore=shutil.ignore_patterns("*.sock", "LOCK"))
    for lock in ("log/LOCK", "views/LOCK"):
        (twin.dir / lock).touch()
    config = twin.dir / "cairn.yaml"
    text = config.read_text(encoding="utf-8")
    for old, new in ((node.listen, twin.listen), (node.http, twin.http)):
        e2e.check(f":{old}" in text, "a port in cairn.yaml")
        text = text.replace(f":{old}", f":{new}")
    config.write_text(text, encoding="utf-8")
    world.all["twin"] = twin
    return twin


def row_of(node, origin):
    return next(row for row in node.status()["partners"] if row["origin"] == origin)


@story.case("a copied node writes two histories, each for one partner")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    found["origin"], found["words"] = aut.status()["origin"], aut.fingerprint
    found["before"] = aut.issue(e2e.alert("Vorherova"))
    for node in (srb, geo):
        e2e.wait_until(lambda: node.alert(found["before"]), "the alert from before")
    for node in (srb, geo, aut):
        node.stop()
    twin = twin_of(world, aut)
    aut.start()
    aut.cairn("partner", "remove", "GEO")
    twin.start()
    twin.cairn("partner", "remove", "SRB")
    found["one"] = aut.issue(e2e.alert("Einerova"))
    found["other"] = twin.issue(e2e.alert("Andererova"))
    geo.start()
    e2e.wait_until(lambda: geo.alert(found["other"]), "GEO shows the one")
    geo.stop()
    srb.start()
    e2e.wait_until(lambda: srb.alert(found["one"]), "SRB shows the other")
    geo.start()


@story.case("both partners learn that it is so, and name the node in their status")
def _(world):
    aut, srb, geo, twin = world.nodes("AUT", "SRB", "GEO", "twin")
    for node in (srb, geo):
        e2e.wait_until(lambda: row_of(node, found["origin"])["link"] == "forked",
                       f"{node.country} holds a proof", COMPARED_S)
        plain = e2e.run(["status", "--dir", node.dir]).out
        e2e.check(f"forked      {found['origin']}: " in plain, f"status: {plain}")
    for node, other in ((srb, "GEO"), (geo, "SRB")):
        e2e.check(node.is_linked(other), "an honest partner was cut off")
    for node in (aut, twin):
        e2e.wait_until(lambda: node.status()["journal"]["forked"], "the copy knows it", COMPARED_S)


@story.case("what was held stays, and is marked as disputed")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    for node in (srb, geo):
        e2e.equal(node.alert(found["before"]).get("disputed"), True, "mark of the alert")
        answer = node.screen("--name", "Vorherova", "--given", "Anna", "--born", "1974-08-12")
        e2e.equal(len(answer["matches"]), 1, "hits on it")
        marks = {row["country"]: row.get("disputed", False) for row in answer["freshness"]}
        e2e.equal(marks, {row: row == "AUT" for row in marks}, "who is disputed")


@story.case("the proof can be taken out and checked by anybody")
def _(world):
    srb, geo = world.nodes("SRB", "GEO")
    for node in (srb, geo):
        path = node.bundle("--fork", found["origin"])
        report = verify.verify(path.read_bytes())
        e2e.check(any(line.startswith(f"fork of {found['origin']}") for line in report.lines),
                  f"what the oracle says: {report.lines}")
        for program, words in (("cairn", ["verify"]), ("cairn-verify", [])):
            done = e2e.run([*words, "--json", "--trust", found["words"], path], program=program)
            e2e.equal(done.code, 0, str(done))
            said = done.data["found"][0]
            e2e.equal((said["type"], said["origin"], said["is_compared"]),
                      ("fork", found["origin"], True), "what it says")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        bad = world.bytes_file("bad.bundle", bytes(data))
        e2e.equal(e2e.run(["verify", bad]).code, 1, "an altered proof")
    srb.refused(310, "audit", "export", "--fork", srb.status()["origin"], "--out",
                world.place / "none.bundle")


@story.case("the copies sign no more; the others go on")
def _(world):
    aut, srb, geo, twin = world.nodes("AUT", "SRB", "GEO", "twin")
    for node in (aut, twin):
        done = node.run("alert", "issue", "-", *e2e.OFFICER, text=json.dumps(e2e.alert("Zuspaet")))
        e2e.check(done.code != 0, f"a forked node writes: {done}")
        node.restart()
        e2e.check(node.status()["journal"]["forked"], "forgotten with a restart")
    name = srb.issue(e2e.alert("Weiterova", authority="SRB-MUP"))
    e2e.wait_until(lambda: geo.alert(name), "GEO shows SRB's alert")
    e2e.check("disputed" not in geo.alert(name), "an honest country's alert is marked")


@story.case("the country stands by one of them, and who held the other one shows what the others show")
def _(world):
    aut, srb, geo, twin = world.nodes("AUT", "SRB", "GEO", "twin")
    for node in (aut, twin):
        node.stop()
    process, other = geo.process.pid, geo.alert(found["other"])
    e2e.check(other is not None and srb.alert(found["other"]) is None, "GEO alone shows it")
    aut.cairn("recover", "--accept-loss")
    aut.start()  # its last leaves are nowhere else
    srb.meet(aut)  # GEO hears of it from SRB
    e2e.wait_until(lambda: "node.again" in geo.log.read_text(encoding="utf-8"), "GEO starts anew")
    e2e.wait_until(geo.is_ready, "GEO answers")
    size = row_of(srb, found["origin"])["journal_size"]
    e2e.wait_until(lambda: row_of(geo, found["origin"])["journal_size"] == size,
                   "GEO holds the branch that AUT stands by")
    e2e.wait_until(lambda: geo.alert(found["before"]), "the alert from before, in views made anew")
    for node in (srb, geo):
        row = row_of(node, found["origin"])
        e2e.equal((row["link"], row["ended_size"]), ("ended", size), f"as {node.country} shows it")
        e2e.check("disputed" not in node.alert(found["before"]), "still disputed")
    e2e.equal(geo.alert(found["other"]), None, "what only the copy said")
    e2e.equal(geo.process.pid, process, "it is the same process")
    report = verify.verify(geo.bundle("--fork", found["origin"]).read_bytes())
    e2e.check(any(line.startswith(f"fork of {found['origin']}") for line in report.lines),
              f"the proof stays: {report.lines}")


story.run()
