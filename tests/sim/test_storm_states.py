"""What the nodes of whole storms have, show and answer is what the models say that were written
from docs/merge.md, docs/format.md and docs/protocol.md alone.

    test_storm_states.py TOLD PROBE [storm|revoked FIRST COUNT]

TOLD plays storms, and networks in which keys are stolen, and tells of every honest node
(storm_told.c); PROBE reads its states (fold_probe.c). CAIRN_SEED is the first seed of the run."""
import collections
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "property"))
import test_model_merge as merge
import canonical
import operation
import tap
from model_format import CASES, CATEGORIES, CODES
from model_merge import Alert, Case, Entry, refusal
from model_network import Feed, Network, Told
from test_model_merge import allow, same

STORMS, THEFTS = 24, 5
AHEAD_MS = 300000  # P-50


class Node:
    def __init__(self, seed, code, now_ms, is_restoring, was_put_back):
        self.seed, self.code, self.now_ms = seed, code, int(now_ms)
        self.is_restoring, self.was_put_back = is_restoring == "1", was_put_back == "1"
        self.partners, self.feeds, self.held, self.entries = set(), {}, {}, []
        self.errors, self.states, self.rows, self.asked = {}, {}, collections.defaultdict(list), []

    def take(self, word, rest):
        if word == "partner":
            self.partners.add(rest[0])
        elif word == "feed":
            self.feeds[rest[0]] = set(rest[1].split(",")) - {""} if len(rest) > 1 else set()
        elif word == "op":
            self.take_operation(*rest)
        elif word == "state":
            self.states[bytes.fromhex(rest[0])] = f"state {rest[0]} {rest[1]}"
        elif word == "row":
            self.rows[bytes.fromhex(rest[0])].append(f"row {rest[0]} {rest[1]} {rest[2]}")
        elif word == "hit":
            self.asked[-1][2].append(rest)
        else:
            self.asked.append((word, rest, []))

    def has(self, feed):
        """Ids of what somebody stands by of it"""
        return {id for id, entry in self.held.items()
                if entry.feed.hex() == feed and not entry.is_repudiated}

    def take_operation(self, id, feed, index, country, floor_ms, raw, err, parked, repudiated):
        raw = bytes.fromhex(raw)
        operation.decode(raw)
        entry = Entry(bytes.fromhex(id), bytes.fromhex(feed), int(index), country,
                      canonical.decode(raw), int(floor_ms))
        entry.is_repudiated = repudiated == "1"
        self.held[id] = entry
        same(parked == "1", entry.ms > self.now_ms + AHEAD_MS, "parked")
        if parked == "0":
            self.entries.append(entry)
            self.errors[entry.id] = int(err)


def storms(what, first, count):
    """gives: the nodes of one storm after the other"""
    with subprocess.Popen([sys.argv[1], what, str(first), str(count)], stdout=subprocess.PIPE,
                          text=True) as process:
        nodes, seed = [], None
        for line in process.stdout:
            word, *rest = line.split()
            if word == "seed":
                nodes, seed = [], int(rest[0])
            elif word == "node":
                nodes.append(Node(seed, *rest))
            elif word == "end":
                yield nodes
            else:
                nodes[-1].take(word, rest)
        assert process.wait() == 0, f"the storm after {seed} failed"


# what each has

def judge_rights(nodes):
    """Two who recognise each other share the feeds of either: all of it that its author stands by,
    and with nobody else."""
    by_code = {node.code: node for node in nodes}
    for author in nodes:
        if author.is_restoring:
            continue
        for feed, members in author.feeds.items():
            written = author.has(feed)
            for code, reader in by_code.items():
                got = reader.has(feed)
                if code in members and code in author.partners and author.code in reader.partners:
                    same(got, written, f"what {code} has of feed {feed} of {author.code}")
                elif code not in members and code != author.code and not author.was_put_back:
                    same(got, set(), f"what {code} has of feed {feed}, which is not for it")


# what each shows

def judge_states(node, probe, seen):
    taken = collections.defaultdict(list)
    for entry in node.entries:
        number, wrong = node.errors[entry.id], refusal(entry)
        allow(number, wrong or ({0} if entry.is_known else {184}), entry)
        if not wrong or wrong == {184}:
            space = b"a" if entry.kind < 64 else b"c"
            taken[space + entry.object.encode()].append(entry)
            seen["repudiated"] += entry.is_repudiated
    same(set(node.states), set(taken), "objects")
    for key, entries in taken.items():
        _, (view,) = probe.ask([node.states[key], *node.rows[key]], answers=0)
        is_alert = key[:1] == b"a"
        model = (Alert if is_alert else Case)(entries)
        same([s["id"] for s in view["steps"]], [e.id.hex() for e in model.order], "history")
        for step in view["steps"]:
            id = bytes.fromhex(step["id"])
            allow(step["err"], model.verdict[id], model.by_id[id])
        same({bytes.fromhex(h["id"]) for h in view["heads"]}, model.heads(), "heads")
        (merge.compare_alert if is_alert else merge.compare_case)(view, model, key[1:].decode())
        seen.update([view["space"] + str(view["status"]), view["frozen"] and "frozen",
                     view.get("conflicts") and "conflict"])


# what each answers

def network_of(nodes):
    """The model of the whole network, with what each was seen to have."""
    network, told = Network(), {}
    for node in nodes:
        network.country(node.code, {}, [])
        for entry in node.entries:
            if not refusal(entry) - {184}:
                if entry.id not in told:
                    told[entry.id] = Told(Feed(entry.country, "all", set()), entry)
                    told[entry.id].readers = set()
                told[entry.id].readers.add(node.code)
    network.told = list(told.values())
    return network


def judge_answers(node, network, seen):
    for word, question, hits in node.asked:
        ask = network.screen_document if word == "document" else network.screen_name
        wanted = ask(node.code, node.now_ms, *question)
        got = {(hit[0], None if hit[1] == "-1" else int(hit[1])): hit[2:] for hit in hits}
        same(set(got), set(wanted), f"{word} {' '.join(question)}")
        for what, (category, action, status, coercion, is_minor) in got.items():
            match = wanted[what]
            same(CATEGORIES[int(category)]["name"], match["category"], "category of a hit")
            same(CODES[3, "action"][int(action)], match["action"], "action of a hit")
            same(int(coercion), match["coercion"], "coercion of a hit")
            if word == "document" and "document_status" in match and status != "0":
                same(CODES[3, "document_status"][int(status)], match["document_status"], "status")
            if what[1] is None:
                same(is_minor == "1", match["is_minor"], "is it a minor")
        seen.update([f"{word} hit" if hits else f"{word} clear"])


def judge(nodes, probe, seen):
    """gives: the number of operations that were judged"""
    network = network_of(nodes)
    judge_rights(nodes)
    for node in nodes:
        judge_states(node, probe, seen)
        judge_answers(node, network, seen)
    return sum(len(node.entries) for node in nodes)


def play(what, first, count):
    """gives: what went wrong; what was seen, and how often"""
    found, seen, probe = [], collections.Counter(), merge.Probe(sys.argv[2])
    for nodes in storms(what, first, count):
        try:
            seen["operations"] += judge(nodes, probe, seen)
        except AssertionError as trouble:
            seed = nodes[0].seed
            found.append(f"seed {seed}: {trouble}\nreplay: {sys.argv[0]} {sys.argv[1]} "
                         f"{sys.argv[2]} {what} {seed} 1")
    probe.close()
    return found, seen


plan = tap.Plan()


@plan.case("in a storm every honest node has, shows and answers what the models say")
def _():
    first = int(os.environ.get("CAIRN_SEED", "1"))
    found, seen = play("storm", first, STORMS)
    assert not found, "\n".join(found)
    rare = [name for name in ("a1", "a2", "a3", "c1", "c3", "c4", "c5", "frozen", "conflict",
                              "document hit", "name hit") if seen[name] < 2]
    assert not rare, f"the storms hardly reach {rare}"
    return f"{STORMS} storms from seed {first}: {seen['operations']} operations"


@plan.case("what a thief wrote has the effect that the models say")
def _():
    first = int(os.environ.get("CAIRN_SEED", "1"))
    found, seen = play("revoked", first, THEFTS)
    assert not found, "\n".join(found)
    assert seen["repudiated"] > 2 * THEFTS, f"hardly anything is repudiated: {seen['repudiated']}"
    return f"{THEFTS} networks from seed {first}: {seen['operations']} operations"


if __name__ == "__main__":
    if len(sys.argv) > 3:
        troubles, counts = play(sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        print("\n".join(troubles[:20]))
        print(f"{sys.argv[5]} storms, {len(troubles)} differ: {dict(counts)}")
        sys.exit(bool(troubles))
    plan.run()
