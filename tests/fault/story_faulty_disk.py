"""A whole node on a disk that fails once, or from some moment on, at one file call after the other.
The node goes on, or refuses with a number, or ends with one in its log; started again on a good
disk it shows every alert that was acknowledged, or still keeps it for the time when it has asked its
partner what it has said, and its evidence is whole.

The calls of a run are counted first; then RUNS of them are spread over all calls and over all kinds
of trouble (CAIRN_SEED moves them). CAIRN_FAULT_SWEEP=all plays every call with every kind."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import faults

RUNS, ALERTS = 22, 3
ALL = os.environ.get("CAIRN_FAULT_SWEEP") == "all"
FOR_EVER = 1 << 30
ONCE = [(kind, 1) for kind in faults.KINDS]
LASTING = [("eio", FOR_EVER), ("enospc", FOR_EVER)]  # these take seconds: the node tries again
TROUBLES = [*ONCE, LASTING[0], *ONCE, *ONCE, LASTING[1]]
NUMBERED = re.compile(r"\berr=[1-6]\d\d\b|\([1-6]\d\d [A-Z_]+\)")
FAILED_EXITS = (1, 2, 3, 75)

story = e2e.Story("faulty_disk")
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))
dice = random.Random(seed)
found = {}


def begin(node, **options):
    """Start the daemon on a disk that fails. gives: does it answer?"""
    node.log.write_bytes(b"")
    with open(node.log, "ab") as log:
        node.process = subprocess.Popen(
            [e2e.BIN / "cairnd", "--dir", node.dir], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env=faults.environment(node.dir, **options))
    e2e.wait_until(lambda: node.process.poll() is not None or node.run("status").code == 0,
                   "the daemon answers or ends")
    return node.process.poll() is None


def write(node, name):
    """Alerts and an export, as far as it goes. gives: {id: surname} of what was acknowledged"""
    acknowledged = {}
    for number in range(ALERTS):
        surname = f"{name}x{number}"
        done = node.run("alert", "issue", "-", *e2e.OFFICER, text=e2e.json.dumps(
            e2e.alert(surname)), limit_s=30)
        if done.code == 0:
            acknowledged[done.data["id"]] = surname
        else:
            e2e.check(done.number is not None and done.number >= 400, f"no number: {done}")
    done = node.run("audit", "export", "--all", "--out", node.world.place / f"{name}.bundle")
    e2e.check(done.code == 0 or done.number is not None, f"no number: {done}")
    return acknowledged


def end(node):
    """Ask the daemon to end, or see how it did. gives: exit code"""
    if node.process.poll() is None:
        node.process.terminate()
    try:
        code = node.process.wait(e2e.LIMIT_S)
    except subprocess.TimeoutExpired:
        node.kill()
        raise e2e.Failed("the daemon does not end") from None
    node.process = None
    log = node.log.read_text(errors="replace")
    e2e.check(code in (0, *FAILED_EXITS), f"the daemon ended with {code}:\n{log[-3000:]}")
    e2e.check(code == 0 or NUMBERED.search(log), f"exit {code} without a number:\n{log[-3000:]}")
    return code


def play(world, node, at, kind, times):
    """One run from the same beginning. gives: how the node took it"""
    name = f"Fehler{kind}{at}x{'immer' if times > 1 else 'einmal'}"
    shutil.rmtree(node.dir)
    shutil.copytree(found["before"], node.dir)
    calls = world.place / "calls"
    calls.unlink(missing_ok=True)
    answers = begin(node, at=at, kind=kind, times=times, calls=calls)
    acknowledged = write(node, name) if answers else {}
    code = end(node)
    found["calls"] = faults.calls(calls)
    node.start()
    waiting = {row["id"] for row in node.cairn("pending") if row["state"] == "waiting"}
    for alert, surname in acknowledged.items():
        if alert in waiting:  # a node in doubt keeps it until its partner has answered
            continue
        shown = node.alert(alert)
        e2e.check(shown is not None, f"{alert} was acknowledged and is lost")
        e2e.equal(shown["body"]["names"][0]["surname"], surname, alert)
    bundle = node.bundle("--all")
    verified = e2e.run([bundle, "--trust", node.fingerprint], program="cairn-verify")
    e2e.equal(verified.code, 0, str(verified))
    bundle.unlink()
    node.stop()
    if not answers:
        return "did not start"
    return "ended" if code != 0 else "went on" if len(acknowledged) == ALERTS else "refused"


@story.case("a node is made, and the file calls of a run are counted")
def _(world):
    print(f"# CAIRN_SEED={seed}")
    aut, srb = world.make("AUT").start(), world.make("SRB")
    aut.meet(srb)
    aut.apply()
    aut.issue(e2e.alert("Vorherova"))
    aut.stop()
    found["before"] = world.place / "before"
    shutil.copytree(aut.dir, found["before"])
    e2e.equal(play(world, aut, 0, "eio", 1), "went on", "a run without a fault")
    names = {name for name, _, _ in found["calls"]}
    e2e.check({"open", "write", "fdatasync", "rename"} <= names, f"only {names}")
    found["count"] = len(found["calls"])
    print(f"# {found['count']} calls")


def chosen(count):
    if ALL:
        return [(at, *trouble) for at in range(1, count + 1) for trouble in ONCE + LASTING]
    step = count / RUNS
    shift = dice.randrange(len(TROUBLES))
    return [(1 + int((number + dice.random()) * step), *TROUBLES[(number + shift) % len(TROUBLES)])
            for number in range(RUNS)]


@story.case("whichever call fails, nothing that was acknowledged is lost")
def _(world):
    aut, = world.nodes("AUT")
    hows = {}
    for at, kind, times in chosen(found["count"]):
        try:
            how = play(world, aut, at, kind, times)
        except e2e.Failed as failure:
            calls = world.place / "calls"  # not there while the daemon still runs
            call = faults.calls(calls)[at - 1:at] if calls.exists() else "?"
            raise e2e.Failed(f"call {at} {call}, {kind}, {times} times: {failure}") from None
        hows[how] = hows.get(how, 0) + 1
    print(f"# {hows}")
    e2e.check(len(hows) > 1, "no fault had any effect: nothing is proved")


story.run()
