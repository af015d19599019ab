"""An old copy of a node's log is put back while its partners hold more. The node says that it
restores, writes nothing, gets everything back and goes on: its partners never see a fork."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("restore")
kept = {}


def copy_log(node, copy):
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(node.dir / "log", copy)


def put_back(node, copy):
    shutil.rmtree(node.dir / "log")
    shutil.copytree(copy, node.dir / "log")


def restoring(node):
    return node.status()["state"].get("restore")


def issue(node, count, stem):
    for number in range(count):
        kept[node.issue(e2e.alert(f"{stem}x{number}"))] = f"{stem}x{number}"


def expect_everything(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb, geo):
        e2e.wait_until(lambda: set(kept) <= set(node.alerts()), f"{node.country} shows all alerts")
        for name, surname in kept.items():
            e2e.equal(node.alert(name)["body"]["names"][0]["surname"], surname, name)
    for node in (srb, geo):
        e2e.wait_until(lambda: node.held("AUT") == aut.journal(), "the journal is held")
        e2e.wait_until(lambda: node.partner("AUT")["link"] == "up", "a link, without a fork")


@story.case("three countries; a copy of the log is made, and much happens afterwards")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    issue(aut, 5, "Vorher")
    aut.screen("--document", "KE4192750", "--issuer", "AUT")
    aut.stop()
    copy_log(aut, world.place / "old-log")
    aut.start()
    issue(aut, 20, "Nachher")
    aut.act("alert", "withdraw", aut.issue(e2e.alert("Widerrufen")), "--reason", "revoked")
    for node in (srb, geo):
        e2e.wait_until(lambda: node.held("AUT") == aut.journal() and set(kept) <= set(node.alerts()),
                       f"{node.country} holds it all")
    aut.screen("--document", "KE4192750", "--issuer", "AUT")
    aut.restart()  # a node that starts commits its private feeds at once
    e2e.wait_until(lambda: srb.held("AUT") == geo.held("AUT") == aut.journal(), "all is told")


@story.case("on the old log the node is silent until partners are there; look-ups go on")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb, geo):
        node.stop()
    put_back(aut, world.place / "old-log")
    aut.start()
    e2e.equal(restoring(aut)["answered"], 0, "partners that answered")
    e2e.check(restoring(aut)["size"] < restoring(aut)["wanted_size"], "something is missing")
    refused = aut.run("alert", "issue", "-", *e2e.OFFICER, text="{}")
    e2e.check(refused.code != 0, "a write while restoring")
    done = aut.act("alert", "issue", "-", text=e2e.json.dumps(e2e.alert("Wartend")))
    e2e.equal(done["state"], "waiting", "what is handed in while restoring")
    aut.refused(407, "policy", "apply", world.file("again.yaml", e2e.POLICY))
    kept[done["id"]] = "Wartend"
    e2e.equal(aut.screen("--document", "KE4192750", "--issuer", "AUT")["matches"], [], "matches")


@story.case("its partners come, and everything comes back")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    srb.start()
    geo.start()
    e2e.wait_until(lambda: restoring(aut) is None, "AUT is in order again")
    expect_everything(world)
    issue(aut, 3, "Danach")
    expect_everything(world)


@story.case("a look-up that only it had is listed as lost, and nobody else hears of it")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    e2e.wait_until(lambda: aut.status()["losses"], "a loss is listed")
    loss, = aut.status()["losses"]
    e2e.equal(loss["origin"], aut.status()["origin"], "whose")
    e2e.equal(loss["entries"], loss["held_entries"], "entries that are held")
    e2e.check(loss["from_leaf"] < loss["to_leaf"], "leaves")
    e2e.equal(srb.status()["losses"], [], "losses that SRB hears of")
    verified = e2e.run([aut.bundle("--all"), "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(verified.code, 0, str(verified))
    e2e.check(f"lost: {loss['origin']} says that of feed {loss['feed']}" in verified.out,
              str(verified))


def release_to(node, audience, partners):
    """What warns goes to another audience than before, for which there is no feed yet."""
    node.apply(e2e.POLICY.replace("audiences: {", f"audiences: {{{audience}: [{partners}], ")
               .replace("[WARN, DOC], to: all", f"[WARN, DOC], to: {audience}"))


@story.case("a partner that cannot be told of a new feed yet keeps nothing from the others")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    aut.stop()
    copy_log(aut, world.place / "old-log")
    aut.start()
    release_to(aut, "both", "SRB, GEO")
    issue(aut, 1, "Beiden")
    expect_everything(world)
    for node in (geo, aut):
        node.stop()
    put_back(aut, world.place / "old-log")
    aut.start()
    e2e.wait_until(lambda: restoring(aut) is None, "SRB is enough")
    release_to(aut, "friends", "GEO, SRB, TUR")
    issue(aut, 1, "Ohne")
    e2e.wait_until(lambda: set(kept) <= set(srb.alerts()), "SRB shows it")
    geo.start()
    expect_everything(world)
    aut.apply()
    aut.stop()
    copy_log(aut, world.place / "old-log")
    aut.start()


@story.case("without its guard it waits for the last of its partners")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    geo.stop()
    aut.stop()
    put_back(aut, world.place / "old-log")
    shutil.rmtree(aut.dir / "guard")
    aut.start()
    e2e.wait_until(lambda: set(kept) <= set(aut.alerts()), "what SRB holds is back")
    e2e.check(restoring(aut)["all_must_answer"], "all partners are asked")
    aut.restart()
    e2e.check(restoring(aut)["all_must_answer"], "also after a restart")
    geo.start()
    e2e.wait_until(lambda: restoring(aut) is None, "AUT is in order again")
    issue(aut, 3, "Zuletzt")
    expect_everything(world)


@story.case("the evidence of the whole history is whole")
def _(world):
    aut, = world.nodes("AUT")
    path = aut.bundle("--all")
    verified = e2e.run([path, "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(verified.code, 0, str(verified))


story.run()
