"""What an operator lets a partner send: how much, how fast, or nothing. The others do not notice,
and what was not taken comes when it may. And which kinds of its objects officers see: both ways at
once, with nothing lost."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 120000
LIMIT_BYTES = 1 << 20
AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"

story = e2e.Story("accept")
found = {}


def policy(accept):
    return e2e.POLICY.replace("accept: {default: {kinds: [alert.*, case.*]}}", f"accept: {accept}")


def taken(node, country):
    return node.partner(country)["accept"]


def issue(node, surname):
    return node.issue(e2e.alert(surname, authority=f"{node.country}-BK"))


@story.case("a partner that floods is held to its limit: 319, and nobody is accused")
def _(world):
    aut, srb, geo = world.connect("AUT", "SRB", "GEO")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], store_mib: 1}}"))
    path, _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    issuer, _, number, *_ = path.read_text().splitlines()[1].split(",")
    found["row"] = number, issuer
    e2e.equal(aut.act("import", path, "--as", "documents-csv")["accepted"], ROWS, "rows imported")
    e2e.wait_until(lambda: taken(srb, "AUT")["state"] == "full", "SRB says that AUT is full")
    e2e.equal(taken(srb, "AUT")["error"], 319, "the error")
    e2e.equal(taken(srb, "AUT")["limit_bytes"], LIMIT_BYTES, "the limit")
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO, without a limit, has it all")
    e2e.check(taken(geo, "AUT")["held_bytes"] > 2 * LIMIT_BYTES, "it is no flood")
    e2e.check(taken(srb, "AUT")["held_bytes"] <= LIMIT_BYTES, f"too much: {taken(srb, 'AUT')}")
    e2e.check("partner.full country=AUT" in srb.log.read_text(), "the log does not say so")
    e2e.check("commit.missing" not in srb.log.read_text(), "AUT is accused")
    said = e2e.run(["status", "--dir", srb.dir]).out
    e2e.check("AUT full (319)" in said, f"the status for people: {said}")


@story.case("the others come as ever, and the limit holds over a restart")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    name = issue(geo, "Nebenan")
    e2e.wait_until(lambda: srb.alert(name), "GEO's alert")
    srb.restart()
    e2e.wait_until(lambda: srb.is_linked("AUT"), "linked again")
    found["late"] = issue(aut, "Spaeter")
    e2e.wait_until(lambda: geo.alert(found["late"]), "GEO has AUT's alert")
    e2e.check(taken(srb, "AUT")["held_bytes"] <= LIMIT_BYTES, f"too much: {taken(srb, 'AUT')}")
    e2e.equal(srb.alert(found["late"]), None, "what SRB shows of it")
    name = issue(srb, "Eigener")  # SRB is heard, and writes, as ever
    e2e.wait_until(lambda: aut.alert(name), "AUT has SRB's alert")


@story.case("a higher limit counts at once, and all that was left out comes")
def _(world):
    srb, aut = world.nodes("SRB", "AUT")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], store_mib: 1000}}"))
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB has AUT's journal")
    e2e.wait_until(lambda: srb.alert(found["late"]), "and its last alert")
    srb.settle()
    e2e.equal(srb.rows(), ROWS, "rows of documents")
    e2e.equal(taken(srb, "AUT")["state"], "open", "its state")


@story.case("a rate slows it down and skips nothing")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    srb.apply(policy("{default: {kinds: ['*']}, AUT: {kinds: ['*'], entries_per_s: 4}}"))
    began = time.monotonic()
    names = [issue(aut, f"Eilig{'abcdefghijklmnopqrstuvwxyz'[at]}") for at in range(20)]
    e2e.wait_until(lambda: geo.alert(names[-1]), "GEO has them all")
    e2e.check(srb.alert(names[-1]) is None, "20 alerts, 20 leaves and more came as fast as to GEO")
    e2e.equal(taken(srb, "AUT")["state"], "slowed", "its state")
    e2e.equal(taken(srb, "AUT")["entries_per_s"], 4, "its rate")
    e2e.wait_until(lambda: all(srb.alert(name) for name in names), "SRB has them, later")
    e2e.check(time.monotonic() - began > 4, "20 entries and their leaves are no 16 entries")


@story.case("who has no row is not heard until it has one")
def _(world):
    srb, geo, aut = world.nodes("SRB", "GEO", "AUT")
    srb.apply(policy("{GEO: {kinds: ['*']}}"))
    e2e.equal(taken(srb, "AUT")["state"], "not heard", "its state")
    unheard, heard = issue(aut, "Ungehoert"), issue(geo, "Gehoert")
    e2e.wait_until(lambda: geo.alert(unheard), "GEO hears AUT")
    e2e.wait_until(lambda: srb.alert(heard), "SRB hears GEO")
    e2e.equal(srb.alert(unheard), None, "what SRB hears of AUT")
    srb.restart()
    e2e.wait_until(lambda: srb.is_linked("AUT"), "linked again")
    e2e.equal(srb.alert(unheard), None, "what SRB hears of AUT after a restart")
    srb.apply()
    e2e.wait_until(lambda: srb.alert(unheard), "SRB hears AUT again")


def only(kinds):
    return policy(f"{{default: {{kinds: ['*']}}, AUT: {{kinds: [{kinds}]}}}}")


def named(node, surname):
    answer = node.screen("--name", surname, "--given", "Anna", "--born", "1974-08-12")
    fresh = next(row for row in answer["freshness"] if row["country"] == "AUT")
    return [match["id"] for match in answer["matches"]], fresh.get("not_accepted")


def audited(node, what, *words):
    rows = node.cairn("audit", what, "--limit", "1000", "--role", "auditor", *words)
    return {row["id"]: row["accepted"] for row in rows}


@story.case("a list of kinds that found nothing is refused, with its place")
def _(world):
    path = world.file("nothing.yaml", only("alert.amend, alert.withdraw, case.ack"))
    done = e2e.run(["policy", "check", path, "--json"])
    e2e.equal((done.code, done.number), (1, 137), str(done))
    line = path.read_text().splitlines()[7]
    e2e.check(f"nothing.yaml:8:{line.index('[alert.amend') + 1}: " in done.data["detail"], str(done))


@story.case("kinds that are not accepted are no hit, stand in no list, and no case is worked on")
def _(world):
    srb, aut = world.nodes("SRB", "AUT")
    found["kept"], found["dropped"] = issue(aut, "Behalten"), issue(aut, "Zurueck")
    found["case"] = aut.act("case", "request", "-", "--agreement", AGREEMENT,
                            text=json.dumps(e2e.readmission("BFA/2026/9")))["id"]
    e2e.wait_until(lambda: srb.run("case", "show", found["case"]).code == 0, "the case at SRB")
    e2e.wait_until(lambda: srb.alert(found["dropped"]), "the alerts at SRB")
    e2e.equal(named(srb, "Behalten"), ([found["kept"]], None), "a hit, and nothing kept back")
    before = srb.alerts()
    srb.apply(only("alert.batch"))
    e2e.equal(named(srb, "Behalten"), ([], ["alert.issue"]), "no hit, and it says so")
    document, issuer = found["row"]
    e2e.check(srb.screen("--document", document, "--issuer", issuer)["matches"], "a row of a batch")
    shown = srb.alerts()
    hidden = set(before) - set(shown)
    e2e.check(found["kept"] in hidden, "it stands in the list")
    e2e.check(all(before[name]["category"] == "WARN" for name in hidden), "a batch is hidden")
    e2e.check({row["category"] for row in shown.values() if row["country"] == "AUT"} == {"DOC"},
              "batches stay")
    e2e.check(srb.refused(320, "alert", "show", found["kept"])["status"] == 403, "the status")
    srb.refused(320, "case", "show", found["case"])
    srb.refused(320, "case", "ack", found["case"], *e2e.OFFICER)
    e2e.equal(srb.cairn("case", "list"), [], "cases")


@story.case("an auditor sees what is kept back, and the operator how much of it there is")
def _(world):
    srb, = world.nodes("SRB")
    held = taken(srb, "AUT")["not_accepted"]
    alerts, cases = audited(srb, "alerts"), audited(srb, "cases")
    e2e.equal((held["alerts"], held["cases"], held["more"]), (len(alerts), len(cases), False), "held")
    e2e.equal((alerts.get(found["kept"]), cases.get(found["case"])), (False, False), "the marks")
    shown = srb.cairn("audit", "alerts", found["kept"], "--role", "auditor")
    e2e.equal((shown["accepted"], shown["body"]["names"][0]["surname"]), (False, "Behalten"), "it")
    e2e.equal(srb.cairn("audit", "cases", found["case"])["accepted"], False, "the case")
    e2e.check(found["kept"] not in audited(srb, "alerts", "--accepted"), "in the other list too")
    e2e.check(all(audited(srb, "alerts", "--accepted", "--from", "AUT").values()), "other marks")
    srb.refused(301, "audit", "alerts", "--role", "bureau")
    srb.refused(301, "alert", "list", "--role", "auditor")
    e2e.check("(320)" in e2e.run(["status", "--dir", srb.dir]).out, "the status for people")


@story.case("what happens to it meanwhile takes effect, and another policy shows it at once")
def _(world):
    srb, aut = world.nodes("SRB", "AUT")
    aut.act("alert", "withdraw", found["dropped"], "--reason", "revoked")
    later = issue(aut, "Inzwischen")
    e2e.wait_until(lambda: later in audited(srb, "alerts"), "the new alert, not accepted")
    srb.restart()
    e2e.equal(named(srb, "Behalten")[0], [], "hits after a restart")
    srb.apply(only("case.request, alert.issue"))
    e2e.equal(named(srb, "Behalten"), ([found["kept"]], ["alert.batch"]), "a hit again")
    e2e.equal(named(srb, "Inzwischen")[0], [later], "what came meanwhile")
    e2e.equal(named(srb, "Zurueck")[0], [], "what was withdrawn meanwhile")
    e2e.equal(srb.alert(found["dropped"])["status"], "withdrawn", "its status")
    document, issuer = found["row"]
    e2e.equal(srb.screen("--document", document, "--issuer", issuer)["matches"], [], "a batch's row")
    e2e.check("DOC" not in {row["category"] for row in srb.alerts().values()}, "batches are listed")
    srb.act("case", "ack", found["case"], "--reference", "MUP-9/26")
    srb.apply()
    e2e.equal(taken(srb, "AUT").get("not_accepted"), None, "nothing is kept back")
    e2e.equal(srb.rows(), ROWS, "rows of documents")


story.run()
