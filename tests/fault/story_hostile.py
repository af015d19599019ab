"""A recognised partner that lies, floods, drips and never reads (hostile.c), against a real node.
The node keeps its size, answers its booth, follows its honest partner, and believes nothing.

CAIRN_HOSTILE_SECONDS (30) says how long, CAIRN_SEED replays. The node's size is compared with that
of a third of the time, or of the first minute if that is less."""
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import faults

PLAYED_S = int(os.environ.get("CAIRN_HOSTILE_SECONDS", "30"))
WARM_S = min(60, PLAYED_S / 3)
GROWTH_MIB = 16
SLOWEST_S = 10  # for an answer, or an alert of the honest partner, with both cores busy

story = e2e.Story("hostile")
os.environ["MALLOC_PERTURB_"] = "0"  # meson sets it: memory that is given out is not memory in use
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))
issued, held_at_s, answered_s = [], [], []
sizes = {}


def resident_mib(node):
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def origin(country):
    return f"{e2e.NETWORK}/{country}/{e2e.NODES[country]}/1"


@story.case("a partner is recognised whose node never ran")
def _(world):
    print(f"# CAIRN_SEED={seed}")
    aut, _ = world.connect("AUT", "SRB")
    aut.meet(world.make("GEO"))


def officers(aut, srb, ends):
    """SRB issues; AUT must have it soon, and answers its booth meanwhile."""
    while time.monotonic() < ends:
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(len(issued)))
        surname = f"Mirno{letters}"  # names are compared without their digits
        body = json.dumps(e2e.alert(surname, authority="SRB-MUP"))
        issued.append(srb.act("alert", "issue", "-", text=body)["id"])
        began = time.monotonic()
        e2e.wait_until(lambda: aut.alert(issued[-1]), "the honest partner's alert", SLOWEST_S)
        held_at_s.append(time.monotonic() - began)
        began = time.monotonic()
        answer = aut.screen("--name", f"{surname}, Anna", "--born", "1974-08-12")
        e2e.check(issued[-1] in [match["id"] for match in answer["matches"]],
                  f"the booth does not find {surname}")
        answered_s.append(time.monotonic() - began)
        time.sleep(0.3)


@story.case("the honest partner's alerts and the booth's answers come while it lies")
def _(world):
    aut, srb = world.all["AUT"], world.all["SRB"]
    geo = world.all["GEO"]
    began = time.monotonic()
    words = [faults.FAULT / "hostile", geo.dir, aut.listen, origin("GEO"), origin("AUT"),
             PLAYED_S, seed]
    hostile = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)
    trouble = []

    def work():
        try:
            officers(aut, srb, began + PLAYED_S)
        except e2e.Failed as failure:
            trouble.append(failure)
    officer = threading.Thread(target=work)
    officer.start()
    time.sleep(WARM_S)
    sizes["warm"] = resident_mib(aut)
    out = hostile.communicate(timeout=PLAYED_S + 60)[0]
    sizes["end"] = resident_mib(aut)
    officer.join()
    for line in out.splitlines():
        print(f"# {line}")
    e2e.equal(hostile.returncode, 0, "a mood that never got a link")
    for failure in trouble:
        raise failure
    print(f"# {len(issued)} alerts, the slowest there after {max(held_at_s):.2f} s; "
          f"the slowest answer {max(answered_s):.2f} s")


@story.case("the node has not grown")
def _(world):
    print(f"# {sizes['warm']:.1f} MiB, then {sizes['end']:.1f} MiB")
    e2e.check(sizes["end"] - sizes["warm"] <= GROWTH_MIB, f"grown: {sizes}")


@story.case("nothing that the liar said is believed")
def _(world):
    aut, srb = world.all["AUT"], world.all["SRB"]
    for node in (aut, srb):
        e2e.equal(sorted(node.alerts()), sorted(issued), f"{node.country}'s alerts")
        e2e.equal(node.cairn("case", "list"), [], f"{node.country}'s cases")
        e2e.check(not node.status()["journal"]["forked"], f"{node.country} is accused")
        e2e.check(node.is_linked("SRB" if node is aut else "AUT"), "the honest ones are apart")


story.run()
