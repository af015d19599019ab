"""`cairn document renew` and `cairn recover` cut off at one file call after the other, as by a power
cut: from that call on nothing is written any more. What is left starts, or the same command given
again goes through and what it leaves starts; no key is lost on the way.

All calls of renew are played. Of recover, which opens the log, RUNS are spread over its calls
(CAIRN_SEED moves them); CAIRN_FAULT_SWEEP=all plays every one."""
import os
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import faults

RUNS = 22
ALL = os.environ.get("CAIRN_FAULT_SWEEP") == "all"
FOR_EVER = 1 << 30

story = e2e.Story("renew_cut")
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))
dice = random.Random(seed)
kept = {}


def put_back(node):
    shutil.rmtree(node.dir)
    shutil.copytree(kept["dir"], node.dir)


def play(node, words, **fault):
    """Run a command on a disk that fails. gives: its exit code"""
    done = subprocess.run([e2e.BIN / "cairn", *words, "--dir", node.dir], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60,
                          env=faults.environment(node.dir, **fault))
    e2e.check(done.returncode in (0, 1, 3), f"{words}: exit {done.returncode}\n{done.stderr}")
    return done.returncode


def calls_of(world, node, words):
    """How many file calls the command makes when all is well."""
    put_back(node)
    counted = world.place / "calls"
    counted.unlink(missing_ok=True)
    e2e.equal(play(node, words, calls=counted), 0, f"exit code of {words}")
    return len(faults.calls(counted))


def secrets(node):
    return {path.name: path.read_bytes() for path in (node.dir / "keys").glob("*.key")}


def expect_start(node, incarnations):
    node.start()
    origin = node.status()["origin"]
    node.stop()
    e2e.check(origin.rsplit("/", 1)[1] in incarnations, f"it started as {origin}")


def sweep(world, node, words, incarnations):
    """incarnations: with the document before, and after. gives: runs that were cut off in time"""
    count = calls_of(world, node, words)
    places = range(1, count + 1)
    if not ALL and count > RUNS:
        places = sorted(dice.sample(places, RUNS))
    cut = 0
    for at in places:
        put_back(node)
        before = secrets(node)
        cut += play(node, words, at=at, kind="eio", times=FOR_EVER) != 0
        left = secrets(node)
        e2e.check(before.items() <= left.items(), f"call {at}: a key is gone")
        serial = node.cairn("document")["serial"]
        if dice.random() < 0.5 or ALL:
            expect_start(node, incarnations)
        done = node.run(*words)
        e2e.check(done.code == 0 or (serial == 2 and done.number == 311), f"call {at}: {done}")
        e2e.check(left.items() <= secrets(node).items(), f"call {at}: a key is gone")
        expect_start(node, incarnations[-1:] if serial == 1 else ("1", "2", "3"))
    print(f"# {' '.join(words)}: {len(places)} of {count} calls, {cut} ended the command; "
          f"CAIRN_SEED={seed}")
    return cut


@story.case("a node that has written something")
def _(world):
    aut = world.make("AUT").start()
    aut.issue(e2e.alert("Vorher"))
    aut.stop()
    kept["dir"] = world.place / "kept"
    shutil.copytree(aut.dir, kept["dir"])


@story.case("document renew --rotate root")
def _(world):
    aut, = world.nodes("AUT")
    e2e.check(sweep(world, aut, ["document", "renew", "--rotate", "root"], ("1",)) > 3, "runs")


@story.case("document renew --rotate node")
def _(world):
    aut, = world.nodes("AUT")
    e2e.check(sweep(world, aut, ["document", "renew", "--rotate", "node"], ("1",)) > 3, "runs")


@story.case("recover")
def _(world):
    aut, = world.nodes("AUT")
    e2e.check(sweep(world, aut, ["recover", "--accept-loss"], ("1", "2")) > 3, "runs")


story.run()
