"""Four countries do at random what officers and operators do, and a model of the network, written
from the pages alone, is told the same: at quiet moments every country shows every alert and case,
and answers every question at the border, as the model says. CAIRN_SEED replays it."""
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
from model_format import (ACCEPT, ACK, AMEND, ANY, BATCH, DROP, ISSUE, REFUSE, REQUEST, WITHDRAW,
                          table)
from model_network import KINDS, Network, from_json


def flow(value):
    """As YAML."""
    return re.sub(r'"(\w+)":', r"\1:", json.dumps(value))


STEPS = 40  # of each part
AUDIENCES = {"region": ["AUT", "SRB"]}
RELEASE = [
    {"kinds": ["alert.batch"], "to": "all"},
    {"kinds": ["alert.*"], "categories": ["WARN", "DOC", "DBL"], "to": "all"},
    {"kinds": ["alert.*"], "categories": ["CHK"], "to": "region"},
    {"kinds": ["alert.*"], "categories": ["REF"], "to": "all",
     "never": ["nationality", "birth_country"]},
    {"kinds": ["case.*"], "to": "parties"}]
POLICY = f"""\
policy: 1
audiences: {flow(AUDIENCES)}
release: {flow(RELEASE)}
accept: {{default: {{kinds: [alert.*, case.*], entries_per_s: 1000000}}}}
roles: {{booth: [screen], bureau: [screen, alert.*, case.*]}}
"""
SURNAMES = ("Petrovic", "Nakashidze", "Gruber", "Wisniewska", "Oyelaran", "Thorvaldsen")
GIVEN = ("Anna", "Tamar", "Marko")
BORN = ("1974-08-12", "1988-02-17", "1990-11-30", "1969-01-05")
STATES = ("AUT", "SRB", "GEO", "POL", "UKR", "TUR")
AGREEMENT = hashlib.sha256((e2e.DATA / "agreements" / "eura-srb-aut.yaml").read_bytes()).hexdigest()
PATHS = {ACK: "ack", ACCEPT: "accept", REFUSE: "refuse", DROP: "withdraw"}

story = e2e.Story("oracle")
seed = int(os.environ.get("CAIRN_SEED", "1"))
dice = random.Random(seed)
network = Network()
asked_numbers = set()
counts = collections.Counter()


def now_ms():
    return time.time_ns() // 1000000


def write(node, kind, target, body, name=None, fields=None):
    """Do it, if the model says that it may be done; else the node must refuse it."""
    section = 3 if kind < REQUEST else 4
    fields = fields or from_json(section, table(section, kind), body)
    wrong = network.allows(node.country, kind, name, fields, now_ms()) if name else set()
    status, answer = node.ask("POST", target + "?purpose=management&second_actor=B-2", body,
                              ("bureau", "A-17"))
    what = f"{node.country}, {KINDS[kind]} {body} of {name}: {status} {answer}, wrong is {wrong}"
    if wrong:
        e2e.check(status >= 400 and (answer["code"] in wrong | {313} or ANY in wrong), what)
        counts["refused"] += 1
        return
    e2e.check(status < 300, what)
    counts[KINDS[kind]] += 1
    tell(node, kind, answer["id"], fields, answer)


def tell(node, kind, name, fields, answer):
    when = item_time(answer["time"])
    told = network.tell(node.country, kind, name, fields, (
        bytes.fromhex(answer["entry"]), bytes.fromhex(answer["feed"]), when))
    e2e.equal(sorted(answer["audience"]), sorted(told.feed.members),
              f"audience of {KINDS[kind]} by {node.country}")
    e2e.equal(answer["national"], told.waits, f"is {KINDS[kind]} by {node.country} national?")


def item_time(text):
    return from_json(3, table(3, ISSUE), {"from": text})[7]


def own(node, *kinds):
    """Names of the objects that this country founded; what is for nobody else can be changed when
    the views show it."""
    return [name for name in network.objects(kinds)
            if name.startswith(node.country) and name not in network.waiting()]


# what people do

def person():
    return {"kind": "main", "surname": dice.choice(SURNAMES), "given": dice.choice(GIVEN),
            "quality": 1}


def document(node):
    number = f"{dice.choice('KPZ')}{dice.randrange(40):07}"
    asked_numbers.add((node.country, number))
    return {"kind": "P", "issuer": node.country, "number": number}


def issue(node):
    category = dice.choice(("WARN", "WARN", "CHK", "REF", "REF", "DOC", "DBL", "MISP"))
    begin = e2e.moment(dice.choice((-3, 0, 0, 10)))
    body = {"category": category, "authority": f"{node.country}-BK", "from": begin,
            "expires": e2e.moment(dice.choice((60, 150))), "contact": "sirene@example.org",
            "handling": {"code": "H1", "source": "A", "information": 1, "onward": "none"}}
    if category in ("DOC", "DBL"):
        body |= {"action": "SEIZE_DOC", "document_status": "stolen", "documents": [document(node)],
                 "reason": "reported_by_authority"}
        if category == "DBL":
            first = body["documents"][0]
            first["number_last"] = first["number"][:-7] + f"{int(first['number'][1:]) + 1500:07}"
            asked_numbers.add((node.country, f"{first['number'][0]}{dice.randrange(2500):07}"))
        write(node, ISSUE, "/v1/alerts", body)
        return
    body |= {"action": {"WARN": "INFORM_ONLY", "CHK": "INQUIRY", "REF": "REFUSE_ENTRY",
                        "MISP": "PROTECT"}[category],
             "reason": {"WARN": "identity_misuse", "CHK": "serious_crime", "REF": "entry_ban",
                        "MISP": "missing"}[category],
             "review": e2e.day(30), "names": [person()],
             "births": dice.sample(BORN, dice.randint(1, 2))}
    if category in ("CHK", "REF"):
        body["decision"] = {"reference": "7 St 12", "date": e2e.day(-3), "authority": "LG Wien"}
    if category == "CHK":
        body["check"] = {"immediate": False, "seek": ["route"]}
    if category == "MISP":
        body["case"] = {"risk": "missing_adult"}
    if dice.randrange(2):
        body["nationalities"] = dice.sample([s for s in STATES if s != node.country],
                                            dice.randint(1, 2))
    if dice.randrange(3) == 0:
        body["birth_place"] = {"country": dice.choice(STATES)}
    if dice.randrange(3) == 0:
        body["documents"] = [document(node)]
    write(node, ISSUE, "/v1/alerts", body)


def amend(node):
    names = own(node, ISSUE)
    if not names:
        issue(node)
        return
    change = dice.choice((
        {"set": {"contact": dice.choice(("desk@example.org", "night@example.org"))}},
        {"set": {"expires": e2e.moment(dice.choice((20, 100, 2000)))}},
        {"set": {"nationalities": dice.sample(STATES, 1)}},
        {"set": {"fallback": dice.choice(("INFORM_ONLY", "EXAMINE", "DISCREET"))}},
        {"set": {"handling": {"code": "H2", "source": "B", "information": 2, "onward": "consent"}},
         "add": {"warnings": ["ARM"]}},
        {"add": {"names": [person()]}}, {"add": {"births": [dice.choice(BORN)]}},
        {"remove": {"births": [dice.choice(BORN)]}}, {"add": {"documents": [document(node)]}}))
    name = dice.choice(names)
    parts = {"set": 1, "add": 2, "remove": 3}
    fields = {parts[part]: from_json(3, table(3, ISSUE), value) for part, value in change.items()}
    write(node, AMEND, f"/v1/alerts/{name}/amend", change, name, fields)


def withdraw(node):
    names = own(node, ISSUE, BATCH)
    if not names:
        issue(node)
        return
    name, body = dice.choice(names), {"reason": "revoked"}
    if name in own(node, BATCH) and dice.randrange(3):
        body["rows"] = sorted(dice.sample(range(6), 2))
    write(node, WITHDRAW, f"/v1/alerts/{name}/withdraw", body, name)


def batch(node):
    numbers = sorted({f"B{dice.randrange(60):07}" for _ in range(dice.randint(2, 6))})
    asked_numbers.update((node.country, number) for number in numbers)
    write(node, BATCH, "/v1/batches", {
        "category": "DOC", "action": "SEIZE_DOC", "reason": "reported_by_holder",
        "authority": f"{node.country}-BMI", "from": e2e.moment(0), "expires": e2e.moment(300),
        "handling": {"code": "H0", "source": "A", "information": 1, "onward": "free"},
        "contact": "x", "rows": [
            {"kind": "P", "issuer": node.country, "number": number,
             "status": dice.choice(("stolen", "lost"))} for number in numbers]})


def request(node):
    others = sorted(network.countries[node.country].partners)
    other = dice.choice([one for one in others if node.country in network.countries[one].partners])
    body = e2e.readmission(f"R/{dice.randrange(10**6)}", requesting=node.country, requested=other,
                           agreement=AGREEMENT, decision={"final": True, "date": e2e.day(-5)})
    body["persons"] = [{"role": role, "surname": dice.choice(SURNAMES), "birth": "1988-02-17",
                        "nationalities": [other]} for role in ("principal", "other")]
    body["documents"][0]["issuer"] = other
    write(node, REQUEST, "/v1/cases", body)


def step(world, node):
    """One of either state, which mostly knows what the other did."""
    names = [name for name in network.objects([REQUEST])
             if network.case(node.country, name) is not None]
    mine = names and dice.choice(names).startswith(node.country)
    if not names or mine and dice.randrange(3):
        request(node)
        return
    name = dice.choice([one for one in names if one.startswith(node.country) == mine])
    shown = network.case(node.country, name)
    e2e.wait_until(lambda: ids(show(node, "cases", name)) == ids(shown),
                   f"{node.country} has the steps of {name}")
    if shown["requesting"] == node.country:
        kind, body = DROP, {"reason": "court"}
    else:
        kind, body = dice.choice(((ACK, {}), (ACK, {"reference": "M/7"}), (ACCEPT, {"all": True}),
                                  (ACCEPT, {"all": False, "persons": [0]}),
                                  (ACCEPT, {"all": False, "persons": [dice.randint(1, 3)]}),
                                  (REFUSE, {"reasons": ["R_EVIDENCE"]})))
    write(node, kind, f"/v1/cases/{name}/{PATHS[kind]}", body, name)


def ids(shown):
    return shown and sorted(one["entry"] for one in shown["history"])


def live(world, countries, steps=STEPS):
    for _ in range(steps):
        node = world.all[dice.choice(countries)]
        what = dice.choice((issue, issue, issue, amend, amend, amend, withdraw, batch, request,
                            None, None, None))
        what(node) if what else step(world, node)


# what they then see

def show(node, what, name):
    status, answer = node.ask("GET", f"/v1/{what}/{name}")
    e2e.check(status == 200 or answer["code"] == 310, f"{node.country} shows {name}: {answer}")
    return answer if status == 200 else None


def plain(shown):
    """As the model has it: without who wrote, and why; in an order of its own."""
    shown = dict(shown)
    shown["history"] = [{**{key: one[key] for key in ("kind", "country", "time", "entry", "feed")},
                         "has_effect": "no_effect" not in one} for one in shown["history"]]
    if "feeds" in shown:
        shown["feeds"] = sorted(shown["feeds"])
    return shown


def same(node, what, got, wanted):
    for key in wanted or ():
        if got is not None:
            e2e.equal(got.get(key), wanted[key], f"{node.country}, {what}, {key}")
    e2e.equal(got is None, wanted is None, f"{node.country}, {what}: is it hidden? {got or wanted}")
    e2e.equal(sorted(set(got or ()) - set(wanted or ()) - {"disputed"}), [],
              f"{node.country}, {what}: fields beyond the model's")


def arrive(node, is_early):
    """Wait for what must come: an invitation to a new feed is followed after the journal's leaf."""
    for what, kinds, say in (("alerts", [ISSUE, BATCH], network.alert),
                             ("cases", [REQUEST], network.case)):
        for name in network.objects(kinds):
            wanted = say(node.country, name)
            if wanted and not (is_early and name in network.waiting()):
                e2e.wait_until(lambda: ids(show(node, what, name)) == ids(wanted),
                               f"{node.country} has {name}: {wanted}")


def compare(node, is_early):
    """is_early: before the heartbeat the views lack what is for the own country only"""
    arrive(node, is_early)
    here, lines = node.country, node.alerts()
    for name in network.objects([ISSUE, BATCH]):
        if is_early and name in network.waiting():
            lines.pop(name, None)
            continue
        got, wanted = show(node, "alerts", name), network.alert(here, name)
        same(node, f"alert {name}", got and plain(got), wanted)
        same(node, f"line of {name}", lines.pop(name, None), network.alert_line(here, name))
    e2e.equal(lines, {}, f"{here}, alerts that nobody issued")
    listed = {row["id"] for row in node.get("/v1/cases?limit=1000")["cases"]}
    for name in network.objects([REQUEST]):
        got, wanted = show(node, "cases", name), network.case(here, name)
        same(node, f"case {name}", got and plain(got), wanted)
        e2e.equal(name in listed, wanted is not None, f"{here} lists {name}")
    ask_booth(node, is_early)


def ask_booth(node, is_early):
    for issuer, number in dice.sample(sorted(asked_numbers), min(15, len(asked_numbers))):
        wanted = network.screen_document(node.country, now_ms(), issuer, number)
        answer(node, {"document": {"issuer": issuer, "number": number}}, wanted, is_early)
    for surname in SURNAMES:
        given, born = dice.choice(GIVEN), dice.choice(BORN)
        wanted = network.screen_name(node.country, now_ms(), surname, given, born)
        answer(node, {"name": {"surname": surname, "given": given, "born": born}}, wanted, is_early)


def answer(node, question, wanted, is_early):
    status, got = node.ask("POST", "/v1/screen", {"purpose": "border.check", **question},
                           ("booth", "B-17"))
    e2e.equal(status, 200, f"{node.country}, {question}: {got}")
    found = {(match["id"], match.get("row")): match for match in got["matches"]}
    if is_early:
        found, wanted = ({key: one for key, one in rows.items() if key[0] not in network.waiting()}
                         for rows in (found, wanted))
    e2e.equal(sorted(found, key=str), sorted(wanted, key=str), f"{node.country}, {question}")
    for key, match in wanted.items():
        if key[1] is not None:  # of a row the answer says what its index holds
            match = {field: match[field] for field in match if field in found[key]}
            e2e.check({"category", "action", "coercion", "from", "expires", "document_status"}
                      <= set(match), f"{node.country}, {question}: {found[key]}")
        e2e.equal({field: found[key].get(field) for field in match}, match,
                  f"{node.country}, {question}, {key}")
    counts["matches"] += len(found)
    order = [match["priority"] for match in got["matches"]]
    e2e.equal(order, sorted(order), f"{node.country}, {question}, order of the matches")


def settle(world):
    """Until everybody holds what the others wrote, and shows it."""
    for node in world.all.values():
        for other in world.all.values():
            if node.country in network.countries[other.country].partners \
                    and other.country in network.countries[node.country].partners:
                size = other.journal()
                e2e.wait_until(lambda: node.held(other.country) >= size,
                               f"{node.country} holds {other.country}'s journal")
    for node in world.all.values():
        node.settle()


def quiet(world, is_early=True):
    settle(world)
    for node in world.all.values():
        compare(node, is_early)


def join(world, node, others):
    network.country(node.country, AUDIENCES, RELEASE)
    node.apply(POLICY)
    for other in others:
        network.recognise(node.country, other.country)
        network.recognise(other.country, node.country)


@story.case("a country without any partner writes")
def _(world):
    print(f"# CAIRN_SEED={seed}")
    aut = world.make("AUT").start()
    join(world, aut, [])
    for _ in range(STEPS // 2):
        dice.choice((issue, issue, issue, amend, withdraw, batch))(aut)
    quiet(world)


@story.case("two others come: three countries with one policy")
def _(world):
    nodes = [world.all["AUT"], *(world.make(country).start() for country in ("SRB", "GEO"))]
    for at, node in enumerate(nodes):
        node.meet(*(other for other in nodes if other is not node))
        if at > 0:
            join(world, node, nodes[:at])
    for node in nodes:
        for other in nodes:
            e2e.wait_until(lambda: node is other or node.is_linked(other.country),
                           f"{node.country} links {other.country}")
    quiet(world)


@story.case("what they write is shown as the model says")
def _(world):
    live(world, ("AUT", "SRB", "GEO"))
    quiet(world)


def join_late(world):
    others = world.nodes("AUT", "SRB", "GEO")
    pol = world.make("POL").start()
    pol.meet(*others)
    for node in others:
        node.meet(pol)
    join(world, pol, others)
    for node in others:
        e2e.wait_until(lambda: pol.is_linked(node.country), f"POL links {node.country}")


def remove(world):
    aut, geo = world.nodes("AUT", "GEO")
    aut.cairn("partner", "remove", "GEO")
    network.remove("AUT", "GEO")
    e2e.wait_until(lambda: not geo.is_linked("AUT"), "the link is closed")


def change(world, what):
    what(world)
    quiet(world)
    live(world, sorted(world.all))
    quiet(world)


@story.case("a fourth joins late, or AUT removes GEO")
def _(world):
    change(world, changes[0])


@story.case("and the other of the two")
def _(world):
    change(world, changes[1])


@story.case("all start again, and show what is national too")
def _(world):
    for node in world.all.values():
        node.restart()
    for node in world.all.values():
        for other in sorted(network.countries[node.country].partners):
            if node.country in network.countries[other].partners:
                e2e.wait_until(lambda: node.is_linked(other), f"{node.country} links {other}")
    quiet(world, is_early=False)
    print(f"# {changes[0].__name__} first; {dict(counts)}")
    e2e.check(min(counts["refused"], counts["matches"] // 10, len(network.told) // 20) > 2,
              f"too little was compared: {counts}")


changes = dice.sample((join_late, remove), 2)
story.run()
