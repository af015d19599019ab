"""Random sets of operations, most of them honest, some hostile: what the product's merge says of
each set is what the model says that was written from docs/merge.md and docs/format.md alone.

    test_model_merge.py PROBE [A-B]      A-B: plays these sets and tells each that differs

CAIRN_SEED is the first set of the run. With CAIRN_SIM_DUMP a set that differs is told whole."""
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib/oracle"))
import canonical
import operation
import tap
from broken import Broken
from model_format import (ACCEPT, ACK, AMEND, ANY, BATCH, CASES, DAY_MS, DROP, ISSUE, LEAVE, REFUSE,
                          REQUEST, WITHDRAW, node_country)
from model_merge import ACTIVE, NONE, Alert, Case, Entry, refusal
from names import check_character
from primitives import sha256

BASE_MS = 1772366400000  # 2026-03-01T12:00:00Z
OBJECT = "AUT-0000000000000000-"
OBJECT_ID = OBJECT + check_character("AUT" + "0" * 16)
SETS, AGAIN = 600, 400  # of a run; sets until the probe is started anew
MOST = 10  # operations of a set; every 500th set has more than an object may
STATES = [f"a{n}" for n in range(4)] + [f"c{n}" for n in range(7)]
PEOPLE = [{1: 1, 2: "Doe", 3: "Jane", 6: 1}, {1: 4, 4: "J. D. Smith", 6: 3}, {1: 3, 2: "Roe", 6: 2},
          {1: 1, 4: "Ana", 6: 2}]
PAPERS = [{1: 1, 2: "AUT", 3: "P1234567"}, {1: 4, 2: "SRB", 3: "ID77"},
          {1: 1, 2: "AUT", 3: "P0001990", 7: "P0002010"},
          {1: 1, 2: "GEO", 3: "G1", 4: "2020-01-01", 5: "2030-01-01", 8: 2}]
ADD = {13: PEOPLE, 14: ["1980-05-17", "1981-XX-XX", "XXXX-XX-XX", "1970/1972", "2015-01-01"],
       18: PAPERS, 19: ["scar", "tattoo", "limp"], 20: [1, 2, 6, 8]}
ACTIONS = {1: [1], 2: [2], 3: [3, 4], 5: [6], 7: [8, 6], 11: [10, 11, 12], 12: [13], 13: [14, 15],
           14: [14, 15]}
REASONS = {1: [3, 10], 2: [20], 3: [30], 5: [50], 7: [60], 11: [80], 12: [90], 13: [100],
           14: [102]}


class Dice(random.Random):
    def one_in(self, many):
        return self.randrange(many) == 0

    def some(self, things, most=3):
        return self.sample(things, self.randint(1, min(most, len(things))))


def value(dice, key, category, ms):
    """One for a field of an alert, mostly such as it may stand there."""
    start = BASE_MS + dice.choice([-5, 0, 0, 20]) * DAY_MS
    options = {
        2: ACTIONS[category] * 3 + [13, 1], 3: [13, 9, 10, 15], 4: REASONS[category],
        5: ["seen twice", "armed?"], 6: ["AUT-BK", "AUT-bmi"], 7: [start],
        8: [start + days * DAY_MS for days in (25, 60, 90, 170)] + [ms + 5],
        9: ["2026-03-20", "2026-04-10", "2026-05-20"],
        10: [{1: dice.randint(1, 4), 2: dice.randint(1, 5), 3: dice.randint(1, 4),
              4: dice.randint(1, 3)}],
        11: ["a@example.org", "b@example.org"], 12: ["de", "en-GB"], 15: [1, 2, 4],
        16: [{1: "AUT"}, {2: "Graz"}, {1: "GEO", 2: "Gori"}],
        17: [["SRB"], ["GEO", "SRB"], ["AUT"], ["DEU", "UKR", "MDA", "TUR", "ARM"],
             ["ITA", "FRA", "ESP", "PRT"]],
        21: [{1: "Az 4", 2: "2026-02-01", 3: "LG Wien"},
             {1: "Az 5", 2: "2026-02-11", 3: "LG Graz"}],
        22: [bytes(32), bytes([7]) * 32], 23: [True, False],
        24: [{2: 1, 3: True}, {2: 2, 3: True}, {2: 1, 3: False}],
        25: [{1: 2, 2: "KJH"}, {1: 3}, {1: 2, 2: "SOS"}],
        26: [{1: True}, {1: False}, {1: True, 2: [1, 2]}], 27: [1, 2, 5]}
    return dice.choice(options[key])


def issue_body(dice, category, ms):
    thing = category in (13, 14)
    keys = {1, 2, 4, 6, 7, 8, 10, 11} | ({27} if thing else {9}) \
        | {key for key in (3, 5, 12) if dice.one_in(3)}
    body = {key: value(dice, key, category, ms) for key in keys if key != 1} | {1: category}
    body[8] = body[7] + dice.choice([25, 60, 90, 170]) * DAY_MS
    body[2] = dice.choice(ACTIONS[category])
    if thing:
        body[18] = [PAPERS[2 if category == 14 and dice.one_in(2) else 0]]
        return body
    body[13] = [PEOPLE[0]] + ([dice.choice(PEOPLE[1:])] if dice.one_in(2) else [])
    body[14] = dice.some(ADD[14][:3])
    for key in (15, 16, 17, 19, 20, 23):
        if dice.one_in(4):
            body[key] = dice.some(ADD[key]) if key in ADD else value(dice, key, category, ms)
    needs = {1: (21, 22), 2: (21,), 3: (21, 24), 5: (25,), 7: (21, 25), 11: (21, 26)}
    return body | {key: value(dice, key, category, ms) for key in needs.get(category, ())}


def batch_body(dice, ms):
    body = issue_body(dice, 13, ms)
    rows = [{1: 1, 2: "AUT", 3: f"P{n}", 8: dice.randint(1, 3)} for n in range(dice.randint(1, 5))]
    return {key: body[key] for key in body if key not in (3, 9, 18, 27)} | {28: rows}


def change(dice, category, ms):
    body = {}
    if not dice.one_in(4):
        body[1] = {key: value(dice, key, category, ms) for key in dice.some(
            [2, 3, 5, 8, 9, 10, 11, 12, 15, 16, 17, 21, 23, 24, 25, 26, 27, 4] if dice.one_in(3)
            else [2, 3, 8, 9, 10, 11, 17, 23], 3)}
    for part in (2, 3):
        if not body or dice.one_in(3):
            body[part] = {key: dice.some(ADD[key], 2) for key in dice.some([13, 14, 18, 19, 20], 2)}
    return body


def request_body(dice, requested):
    persons = [{1: 1 if at == 0 else 3, 2: "Doe", 6: f"198{at}-05-17", 9: [requested]}
               for at in range(dice.randint(1, 3))]
    return {1: "AT/26/1", 2: "AUT", 3: requested, 4: bytes(32), 5: 1, 6: 1, 7: 1,
            8: {1: True, 2: "2026-02-01"}, 11: persons,
            13: [{1: 1, 2: bytes(32), 3: 1000, 4: 1, 5: 1}], 15: 1}


def case_step(dice):
    """kind, country, body"""
    rd = dice.choice(["GEO"] * 5 + ["SRB", "AUT"])
    return dice.choice([
        (ACK, rd, {}), (ACK, rd, {1: "GE/1"}), (ACCEPT, rd, {1: True}),
        (ACCEPT, rd, {1: False, 2: [0]}), (ACCEPT, rd, {1: False, 2: [1]}),
        (ACCEPT, rd, {1: False, 2: dice.choice([[0, 1], [1, 2], [1, 0], [11]])}),
        (REFUSE, rd, {1: dice.choice([[1, 2], [3], [2, 1], [16]])}),
        (DROP, dice.choice(["AUT"] * 3 + [rd]), {1: 3}),
        (REQUEST, "AUT", request_body(dice, dice.choice(["GEO", "GEO", "SRB"])))])


def alert_step(dice, category, ms):
    kind = dice.choices([ISSUE, AMEND, WITHDRAW, LEAVE, BATCH], [5, 14, 2, 3, 2])[0]
    if kind == ISSUE:
        category = dice.choice(list(ACTIONS)) if dice.one_in(8) else category
        return kind, issue_body(dice, category, ms)
    if kind == AMEND:
        return kind, change(dice, category, ms)
    if kind == WITHDRAW:
        return kind, {1: 2} if dice.one_in(2) else {1: 3, 4: sorted(dice.sample(range(7), 2))}
    return kind, {} if kind == LEAVE else batch_body(dice, ms)


def spoil(dice, fields):
    """Something that nobody honest writes."""
    body = fields[7]
    what = dice.randrange(9)
    if what == 0:
        body[dice.choice([29, 50, 63])] = dice.choice([1, "x", []])
    elif what == 1 and body:
        body[dice.choice(list(body))] = dice.choice(
            [0, "", "\u202eevil", [], {}, True, None, bytes(3), 1 << 50])
    elif what == 2 and body:
        del body[dice.choice(list(body))]
    elif what == 3:
        fields[dice.choice([4, 5, 6, 7, 2, 8, 9])] = dice.choice(
            [1, "", ["a", "b", "c"], [bytes(31)], {}])
    elif what == 4:
        fields[3] = dice.choice([0, 5 << 16, BASE_MS << 16, (BASE_MS + 400 * DAY_MS) << 16])
    elif what == 5:
        fields[5] = ["A-1", "A-1"]
    elif what == 6 and 1 in body and type(body[1]) is dict:
        body[1][dice.choice([1, 7, 13, 28, 99])] = 3
    elif what == 7:
        fields[0] = dice.choice([63, 95, 31, 11, 200])
    else:
        fields[dice.choice([2, 8])] = [bytes([2]) * 32, bytes([1]) * 32]


class Played:
    """A set of operations as they are played: an Entry, or None for a malformed one, beside the
    line for the probe. Most are by somebody who has read the model: they would have effect."""

    def __init__(self, seed):
        self.dice = dice = Dice(seed)
        self.entries, self.lines, self.live = [], [], []
        self.is_case, self.category = dice.one_in(3), dice.choice(list(ACTIONS))
        self.thief = Dice(-1 - seed)
        self.has_thief = self.thief.one_in(4)  # nobody stands by some of them
        many = 540 if seed % 500 == 499 else dice.randint(1, MOST)
        for at in range(many):
            ms = BASE_MS + 1000 * at
            if dice.one_in(12):
                ms = BASE_MS + 1000 * dice.randrange(MOST)
                ms += dice.choice([0, 0, 0, 30, 70, 200]) * DAY_MS
            self.write(ms, is_first=at == 0 and not dice.one_in(12), tries=6 if many <= MOST else 1)
        order = list(range(len(self.entries)))
        dice.shuffle(order)
        if len(order) > 2 and dice.one_in(5):
            order.pop()
        self.entries = [self.entries[at] for at in order]
        self.lines = [f"{self.lines[at]} 0" for at in order]
        self.repudiate()

    def repudiate(self):
        """The mark is known from the first, or later; and what comes again without it changes
        nothing."""
        dice = self.thief
        for entry, line in list(zip(self.entries, self.lines)):
            if entry is None or not entry.is_repudiated:
                continue
            first = self.lines.index(line)
            marked = line[:-1] + "1"
            turns = dice.choice([[marked], [line, marked], [marked, line], [line, marked, line]])
            del self.lines[first], self.entries[first]
            for turn in turns:
                first = dice.randint(first, len(self.lines))
                self.lines.insert(first, turn)
                self.entries.insert(first, entry)
                first += 1

    def write(self, ms, is_first, tries):
        """One more; of a few that come to mind the first that would have effect."""
        for attempt in range(tries):
            line, entry = self.make(ms, is_first)
            is_good = entry is not None and not refusal(entry) and self.has_effect(entry)
            if is_good or attempt == tries - 1 or self.dice.one_in(8):
                break
        self.live += [entry] if is_good else []
        if entry is not None:
            entry.is_repudiated = self.has_thief and self.thief.one_in(3)
        self.lines.append(line)
        self.entries.append(entry)

    def has_effect(self, entry):
        if len(self.live) > MOST:
            return True
        judged = (Case if self.is_case else Alert)([*self.live, entry])
        return entry.id in judged.verdict and judged.verdict[entry.id] == {0}

    def step(self, ms, is_first):
        """kind, country, body"""
        dice = self.dice
        if is_first and self.is_case:
            return REQUEST, "AUT", request_body(dice, "GEO")
        if is_first and self.category == 13 and dice.one_in(2):
            return BATCH, "AUT", batch_body(dice, ms)
        if is_first:
            return ISSUE, "AUT", issue_body(dice, self.category, ms)
        if self.is_case:
            return case_step(dice)
        kind, body = alert_step(dice, self.category, ms)
        return kind, "AUT" if not dice.one_in(40) else "GEO", body

    def make(self, ms, is_first):
        """gives: line, entry"""
        dice, (kind, country, body) = self.dice, self.step(ms, is_first)
        fields = {0: kind, 1: OBJECT_ID, 3: (ms << 16) + dice.choice([0, 0, 0, 1]), 4: "test",
                  5: ["A-1", "A-2"], 6: "bureau", 7: body}
        known = [e.id for e in self.live[-4:]] or [e.id for e in self.entries if e is not None][-4:]
        if known and not dice.one_in(10):
            fields[8 if kind in CASES and not dice.one_in(4) else 2] = sorted(
                set(dice.choices(known, k=dice.randint(1, 3))))
        if known and dice.one_in(4) or kind in CASES and self.live and not dice.one_in(6):
            first = [self.live[0].id] if kind in CASES and self.live else []
            fields[8] = sorted({dice.choice(known), *first, *fields.get(8, [])})
        if dice.one_in(50):
            fields[2] = [sha256(b"nobody's")]
        if dice.one_in(25):
            spoil(dice, fields)
        raw = canonical.encode({key: fields[key] for key in sorted(fields)})
        if dice.one_in(100):
            at = dice.randrange(len(raw))
            raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1:]
        feed = (country + dice.choice("000112")).encode().ljust(16, b".")
        taken = {e.index for e in self.entries if e is not None and e.feed == feed}
        index = len(self.entries) + 2 * MOST
        if len(taken) < MOST and dice.one_in(5):
            index = dice.choice([at for at in range(2 * MOST) if at not in taken])
        floor = BASE_MS + dice.randrange(9000) if dice.one_in(50) else 0
        id = sha256(raw + feed + bytes([index % 256]))
        line = f"op {id.hex()} {feed.hex()} {index} {country} {floor} {raw.hex()}"
        return line, self.read(raw, (id, feed, index, country, floor))

    @staticmethod
    def read(raw, where):
        """What the protocol's second reader makes of it; None: malformed, or of no object."""
        try:
            head = operation.decode(raw)
            if head.object is None:
                return None
        except Broken:
            return None
        id, feed, index, country, floor = where
        return Entry(id, feed, index, country, canonical.decode(raw), floor)


class Probe:
    def __init__(self, path):
        self.path, self.process, self.played = path, None, 0

    def ask(self, lines, answers=None):
        """answers: how many lines are answered; all, unless said otherwise"""
        if self.played % AGAIN == 0:
            self.close()
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
        self.played += 1
        self.process.stdin.write("\n".join(["new", *lines, "show", ""]))
        self.process.stdin.flush()
        count = len(lines) if answers is None else answers
        said = [self.process.stdout.readline() for _ in range(count + 1)]
        return [json.loads(line) for line in said[:-1]], json.loads(said[-1])

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            assert self.process.wait() == 0


def same(got, wanted, what):
    assert got == wanted, f"{what}: the node says {got!r}, the model {wanted!r}"


def body_of(digits):
    return canonical.decode(bytes.fromhex(digits)) if digits else {}


def allow(number, wanted, entry):
    assert number in wanted or number != 0 and ANY in wanted, (
        f"the node says {number}, the model allows {sorted(wanted)}: kind {entry.kind} of "
        f"{entry.country}, {entry.body}")


def compare_taken(entry, answer, line):
    """Is it taken or refused, and with a right number?"""
    number = answer["err"]
    if entry is None:
        assert number != 0 or not answer["changed"], f"taken, but malformed: {line}"
        return False
    wrong = refusal(entry)
    if wrong:
        allow(number, wrong, entry)
        return False
    allow(number, {0} if entry.is_known else {184}, entry)
    return True


def compare_alert(view, model, object=OBJECT_ID):
    wanted = model.view()
    same(view["rows_withdrawn"], sorted(wanted["rows_withdrawn"]), "rows withdrawn")
    same({bytes.fromhex(p["feed"]) for p in view["places"]}, wanted["places"], "places")
    same(body_of(view["body"]), wanted["body"], "body")
    same({k for k in range(64) if view["conflicts"] >> k & 1}, wanted["conflicts"], "conflicts")
    for key in ("status", "repudiated", "frozen", "batch", "torn", "issued", "changed", "withdrawn"):
        same(view[key], wanted[key], key)
    same(body_of(view["withdraw"]), wanted["withdraw"], "withdraw")
    compare_rows(view, alert_rows(wanted, object))


def compare_case(view, model, object=OBJECT_ID):
    wanted = model.view()
    for key in ("status", "repudiated", "frozen", "requesting", "requested", "is_accepted", "is_refused", "sent",
                "received", "answered", "withdrawn", "changed"):
        same(view[key], wanted[key], key)
    same({k for k in range(64) if view["persons"] >> k & 1}, wanted["persons"], "persons accepted")
    for key in ("request", "accept", "refuse", "withdraw"):
        same(body_of(view[key]), wanted[key], key)
    compare_rows(view, case_rows(wanted, object))


# index rows (X1), as replication/merge/index_key.h lays them out

def compare_rows(view, wanted):
    """Names are compared by their births alone: how they are spelled is for the screening story."""
    got = {bytes.fromhex(row["key"]): bytes.fromhex(row["value"]) for row in view["rows"]}
    named = {key.split(b"\0")[1] for key in got if key[:1] == b"n"}
    same(named, wanted.pop("births"), "births of names in the index")
    same({key: value for key, value in got.items() if key[:1] != b"n"}, wanted, "index rows")


def u64(number):
    return number.to_bytes(8, "big")


def alert_rows(view, object):
    body, found = view["body"], {"births": set()}
    if view["status"] == NONE:
        return found
    head, times = bytes([body[1], body[2]]), u64(body[7]) + u64(body[8])
    found[b"a" + object.encode()[:3] + bytes([body[1], view["status"]]) + object.encode()] = (
        head + times + u64(view["issued"]) + u64(view["changed"]))
    if view["status"] != ACTIVE:
        return found
    papers = [(0xFFFFFFFF, paper, body.get(27, paper.get(8, 0))) for paper in body.get(18, [])]
    papers += [(at, row, row[8]) for at, row in enumerate(body.get(28, []))
               if at not in view["rows_withdrawn"]]
    for row, paper, status in papers:
        issuer = node_country(paper[2]).encode().ljust(3, b"\0")
        tail = b"\0" + bytes([paper[1]]) + object.encode() + row.to_bytes(4, "big")
        value = head + bytes([status]) + times
        if 7 not in paper:
            found[b"d" + issuer + paper[3].encode() + tail] = value
            continue
        first, last = paper[3], paper[7]
        stem, most = first[:-7], len(first[-7:])
        for thousand in range(int(first[-7:]) // 1000, int(last[-7:]) // 1000 + 1):
            block = stem + str(thousand).rjust(most - 3, "0")
            found[b"r" + issuer + bytes([len(first)]) + block.encode() + tail] = (
                value + first.encode() + last.encode())
    if body.get(13):
        found["births"] = {birth.encode() for birth in body.get(14, [""])}
    return found


def case_rows(view, object):
    """A case is listed once its request is there."""
    if view["status"] == NONE:
        return {"births": set()}
    one, other = view["requesting"].encode(), view["requested"].encode()
    tail = bytes([view["status"]]) + object.encode()
    value = bytes(18) + u64(view["sent"]) + u64(view["changed"])
    return {"births": set(), b"q" + one + other + tail: value, b"s" + other + one + tail: value}


def compare(seed, probe, seen):
    played = Played(seed)
    answers, shown = probe.ask(played.lines)
    taken = [entry for entry, answer, line in zip(played.entries, answers, played.lines)
             if compare_taken(entry, answer, line)]
    for view in shown:
        is_alert = view["space"] == "a"
        mine = [e for e in taken if (e.kind not in CASES) == is_alert]
        model = (Alert if is_alert else Case)(mine)
        same([s["id"] for s in view["steps"]], [e.id.hex() for e in model.order], "history")
        for step in view["steps"]:
            id = bytes.fromhex(step["id"])
            allow(step["err"], model.verdict[id], model.by_id[id])
        same({bytes.fromhex(h["id"]) for h in view["heads"]}, model.heads(), "heads")
        (compare_alert if is_alert else compare_case)(view, model)
        seen.update([view["space"] + str(view["status"]), view["frozen"] and "frozen",
                     view.get("torn") and "torn", view.get("conflicts") and "conflict",
                     view["repudiated"] and view["space"] + "repudiated"])


def tell(seed, trouble, probe):
    lines = [f"set {seed}: {trouble}", f"replay: {sys.argv[0]} {probe.path} {seed}-{seed}"]
    if os.environ.get("CAIRN_SIM_DUMP"):
        for e in sorted((e for e in Played(seed).entries if e), key=lambda e: e.place):
            parents, after = ([one.hex()[:6] for one in ids] for ids in (e.parents, e.after))
            lines.append(f"  {e.id.hex()[:6]} at {e.ms - BASE_MS} kind {e.kind} of {e.country}, "
                         f"feed {e.feed[3:4].decode()} index {e.index}, parents {parents} after {after} "
                         f"{e.body}")
    return "\n".join(lines)


def play(first, last, probe):
    """gives: what went wrong, set by set; what kinds of states there were, and how often"""
    found, seen = [], collections.Counter()
    for seed in range(first, last + 1):
        try:
            compare(seed, probe, seen)
        except AssertionError as trouble:
            found.append(tell(seed, trouble, probe))
    probe.close()
    return found, seen


plan = tap.Plan()


@plan.case("the merge says of random sets what the model says")
def _():
    first = int(os.environ.get("CAIRN_SEED", "1"))
    found, seen = play(first, first + SETS - 1, Probe(sys.argv[1]))
    assert not found, "\n".join(found)
    rare = [name for name in (*STATES, "frozen", "torn", "conflict", "arepudiated",
                                  "crepudiated") if seen[name] < 2]
    assert not rare, f"the sets hardly reach {rare}"
    return f"sets {first} to {first + SETS - 1}"


if __name__ == "__main__":
    if len(sys.argv) > 2:
        first, _, last = sys.argv[2].partition("-")
        troubles, _ = play(int(first), int(last or first), Probe(sys.argv[1]))
        print("\n".join(troubles[:20]))
        print(f"{int(last or first) - int(first) + 1} sets, {len(troubles)} differ")
        sys.exit(bool(troubles))
    plan.run()
