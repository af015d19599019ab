"""A node's next incarnation: planned, because its log is in doubt, and because its disk is gone. The
old one ends at a position that the country's document names; what was released is back, what comes
later is written by the new one, and a partner needs at most the new document."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("recover")
alerts = {}  # of AUT, that partners have: {id: surname}
kept = {}
AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"
ORIGIN = "test-e2e/AUT/vienna-1/"


def issue(node, count, stem):
    for number in range(count):
        alerts[node.issue(e2e.alert(f"{stem}x{number}"))] = f"{stem}x{number}"


def wait_linked(*nodes):
    for one in nodes:
        for other in nodes:
            e2e.wait_until(lambda: one is other or one.is_linked(other.country),
                           f"{one.country} links {other.country}")


def hand_over(author, reader):
    """The new document goes by mail: the fingerprint is the one that was compared."""
    note = author.world.file("mail.note", e2e.run(["document", "--dir", author.dir]).out)
    reader.cairn("partner", "add", note, "--fingerprint", author.fingerprint)


def expect_everything(*nodes):
    for node in nodes:
        e2e.wait_until(lambda: set(alerts) <= set(node.alerts()), f"{node.country} shows all alerts")
        for name, surname in alerts.items():
            e2e.equal(node.alert(name)["body"]["names"][0]["surname"], surname, name)


def expect_exchange(aut, srb):
    """Each shows what the other writes, and AUT changes what its earlier incarnation wrote."""
    issue(aut, 1, "Danach")
    name = srb.issue(e2e.alert("Herüber", authority="SRB-BK"))
    e2e.wait_until(lambda: aut.alert(name), "AUT shows SRB's alert")
    expect_everything(aut, srb)
    first = next(iter(alerts))
    aut.act("alert", "withdraw", first, "--reason", "revoked")
    e2e.wait_until(lambda: srb.alert(first)["status"] == "withdrawn", "SRB shows the withdrawal")
    del alerts[first]


def expect_evidence(*nodes):
    for node in nodes:
        path = node.bundle("--all")
        verified = e2e.run([path, "--trust", nodes[0].fingerprint], program="cairn-verify")
        e2e.equal(verified.code, 0, str(verified))


def expect_case(wanted, *nodes):
    for node in nodes:
        e2e.wait_until(lambda: (node.run("case", "show", kept["case"]).code == 0 and
                                node.cairn("case", "show", kept["case"])["status"] == wanted),
                       f"{node.country} shows the case as {wanted}")


def expect_origin(node, incarnation):
    e2e.equal(node.status()["origin"], f"{ORIGIN}{incarnation}", "origin")


@story.case("two countries write to each other")
def _(world):
    aut, srb = world.connect("AUT", "SRB")
    issue(aut, 6, "Anfang")
    kept["case"] = aut.act("case", "request", "-", "--agreement", AGREEMENT,
                           text=json.dumps(e2e.readmission("BFA/2026/1")))["id"]
    aut.screen("--document", "KE4192750", "--issuer", "AUT")
    expect_everything(srb)
    expect_case("sent", aut, srb)


@story.case("planned: the next keys are announced, then the node goes on under them")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.refused(514, "recover", code=3)  # it runs
    made = aut.cairn("document", "renew", "--rotate", "node")
    e2e.equal((made["in_force"], len(made["nodes"])), ("now", 2), "what was announced")
    aut.refused(311, "document", "renew", "--rotate", "node")
    e2e.wait_until(lambda: srb.cairn("partner", "list")[0]["serial"] == 2, "SRB knows them")
    size = aut.journal()
    aut.stop()
    aut.refused(402, "recover")  # a look-up of just now waits for the heartbeat
    done = aut.cairn("recover", "--accept-loss")
    e2e.check(done["given_up_entries"] > 0, "what waited")
    e2e.check(done["ended_size"] >= size, f"ended at {done['ended_size']}, was {size}")
    e2e.equal((done["ended"], done["incarnation"]), (f"{ORIGIN}1", 2), "what was ended")
    aut.start()
    expect_origin(aut, 2)
    wait_linked(aut, srb)
    expect_exchange(aut, srb)
    srb.act("case", "ack", kept["case"], "--reference", "MUP-77/26")
    expect_case("received", aut, srb)
    for node in (aut, srb):
        node.restart()
    wait_linked(aut, srb)
    expect_exchange(aut, srb)
    expect_evidence(aut, srb)


@story.case("in doubt: an old copy of the log, and nobody there who has the rest")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.stop()
    shutil.copytree(aut.dir / "log", world.place / "old-log")
    srb.stop()
    aut.start()
    lost = aut.issue(e2e.alert("Verloren"))
    aut.stop()
    shutil.rmtree(aut.dir / "log")
    shutil.copytree(world.place / "old-log", aut.dir / "log")
    aut.refused(407, "recover")
    aut.start()
    e2e.check(aut.status()["state"]["restore"], "it restores")
    aut.stop()
    aut.refused(407, "recover")
    done = aut.cairn("recover", "--accept-loss")
    e2e.check(done["ended_size"] < done["guard_size"], "less is known than was said")
    e2e.equal(done["incarnation"], 3, "incarnation")
    aut.start()
    expect_origin(aut, 3)
    e2e.equal(aut.status()["state"].get("restore"), None, "what it waits for")
    issue(aut, 1, "Trotzdem")
    srb.start()
    hand_over(aut, srb)
    wait_linked(aut, srb)
    expect_exchange(aut, srb)
    e2e.equal(srb.alert(lost), None, "what nobody had")


@story.case("the disk is gone: keys and papers from the safe, the rest from the partner")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    alerts[aut.issue(e2e.check_alert("Region"))] = "Region"
    expect_everything(srb)
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB holds AUT's journal")
    aut.stop()
    safe = world.place / "safe"
    safe.mkdir()
    for name in ("keys", "documents"):
        shutil.copytree(aut.dir / name, safe / name)
    for name in ("cairn.yaml", "policy.yaml", "feeds.json"):
        shutil.copy(aut.dir / name, safe / name)
    shutil.rmtree(aut.dir)
    shutil.copytree(safe, aut.dir)
    aut.dir.chmod(0o700)
    aut.refused(407, "recover")
    signed = e2e.run(["partner", "checkpoint", f"{ORIGIN}3", "--dir", srb.dir])
    e2e.equal(signed.code, 0, str(signed))
    note = world.file("aut.checkpoint", signed.out)
    wrong = world.file("wrong.checkpoint", signed.out.replace("\n", "0\n", 2))
    e2e.check(aut.run("recover", "--checkpoint", wrong, "--accept-loss").code == 1, "not signed")
    done = aut.cairn("recover", "--checkpoint", note, "--accept-loss")
    e2e.equal((done["held_size"], done["incarnation"]), (0, 4), "what was found")
    e2e.equal(done["ended_size"], srb.partner("AUT")["journal_size"], "where it was ended")
    aut.start()
    expect_origin(aut, 4)
    aut.meet(srb)
    hand_over(aut, srb)
    wait_linked(aut, srb)
    aut.apply()
    expect_everything(aut, srb)
    expect_case("received", aut)
    srb.act("case", "accept", kept["case"])
    expect_case("accepted", aut, srb)
    expect_exchange(aut, srb)


@story.case("the evidence of all incarnations is whole")
def _(world):
    expect_evidence(*world.nodes("AUT", "SRB"))


story.run()
