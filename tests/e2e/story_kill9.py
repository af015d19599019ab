"""A node is killed with -9 at random moments, 50 times, while officers write on it. Every entry
that was acknowledged is there afterwards: on the node, and on a partner. Seed: CAIRN_SEED."""
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

KILLS, OFFICERS, PARTNER_KILLS = 50, 3, 8
MOMENT_S = 0.4  # at most so long after the first acknowledgement

story = e2e.Story("kill9")
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))
dice = random.Random(seed)
kept = {}  # id: surname, of what was acknowledged


class Officer(threading.Thread):
    """Issues one alert after the other until the node does not answer any more."""

    def __init__(self, node, name):
        super().__init__()
        self.node, self.name, self.acknowledged, self.refusal = node, name, {}, None

    def run(self):
        number = 0
        while True:
            surname = f"{self.name}x{number}"
            done = self.node.run("alert", "issue", "-", *e2e.OFFICER,
                                 text=json.dumps(e2e.alert(surname)))
            if done.code != 0:
                # 507: nobody listens, 505: cut off in the middle; anything else is a refusal
                if done.number not in (505, 507):
                    self.refusal = str(done)
                return
            self.acknowledged[done.data["id"]] = surname
            number += 1


def write_until_killed(node, turn):
    officers = [Officer(node, f"Petrow{turn}x{at}") for at in range(OFFICERS)]
    for officer in officers:
        officer.start()
    e2e.wait_until(lambda: any(officer.acknowledged or officer.refusal for officer in officers),
                   "something is acknowledged")
    time.sleep(dice.random() * MOMENT_S)
    node.kill()
    for officer in officers:
        officer.join()
        e2e.check(officer.refusal is None, officer.refusal)
        kept.update(officer.acknowledged)


@story.case("two countries are linked")
def _(world):
    print(f"# CAIRN_SEED={seed}")
    world.connect("AUT", "SRB")


@story.case(f"a writer is killed {KILLS} times, and starts each time")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    partner_kills = set(dice.sample(range(KILLS), PARTNER_KILLS))
    for turn in range(KILLS):
        if turn in partner_kills:
            srb.kill()
        write_until_killed(aut, turn)
        aut.start()
        if turn in partner_kills:
            srb.start()
    print(f"# {len(kept)} alerts were acknowledged")
    e2e.check(len(kept) >= KILLS, f"only {len(kept)} alerts were acknowledged: nothing is proved")


@story.case("every acknowledged entry is on the node")
def _(world):
    aut, = world.nodes("AUT")
    e2e.equal(sorted(set(kept) - set(aut.alerts())), [], "lost on the node")


@story.case("every acknowledged entry is on the partner, with what was written")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    e2e.wait_until(lambda: set(kept) <= set(srb.alerts()), "the partner holds all of them")
    for name in dice.sample(sorted(kept), min(40, len(kept))):
        for node in (aut, srb):
            shown = node.alert(name)["body"]["names"][0]["surname"]
            e2e.equal(shown, kept[name], f"{name}: surname")


@story.case("the journal is one history, which the partner holds")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "the partner holds the journal")
    # a partner who saw a fork says so for ever
    e2e.wait_until(lambda: srb.partner("AUT")["link"] == "up", "the link is up, without a fork")
    out = world.place / "all.bundle"
    aut.cairn("audit", "export", "--all", "--out", out)
    verified = e2e.run([out, "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(verified.code, 0, str(verified))


story.run()
