"""The clock of one node is set wrong by an hour, and right again (faketime). Nobody can be made to
date anything back, a clock that leads every partner by an hour is noticed, and the others go on."""
import glob
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

MARKS_MS = 60 * 1000  # at most so far apart: P-46

story = e2e.Story("clock")

def begin(world, node):
    """Start the daemon under a clock that the file `clock` sets."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    e2e.check(libraries, "the package faketime is missing")
    environment = {**os.environ, "LD_PRELOAD": libraries[0], "FAKETIME_NO_CACHE": "1",
                   "FAKETIME_TIMESTAMP_FILE": str(world.place / "clock"),
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    with open(node.log, "ab") as log:
        node.process = subprocess.Popen([e2e.BIN / "cairnd", "--dir", node.dir], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    e2e.wait_until(node.is_ready, f"{node.country} answers")


def set_clock(world, minutes):
    """Minutes wrong; at once, as no reader may see half of it."""
    new = world.place / "clock.new"
    new.write_text(f"{minutes * 60:+d}\n")
    new.rename(world.place / "clock")


def is_shown_by(node, name):
    return e2e.wait_until(lambda: node.alert(name), f"{node.country} shows {name}")


def hlc_ms(node, name):
    """When its last operation says it was written."""
    return max(operation.hlc for operation in node.operations() if operation.object == name) >> 16


@story.case("two countries are linked, one with a clock that can be set")
def _(world):
    set_clock(world, 0)
    aut, srb = world.make("AUT"), world.make("SRB").start()
    begin(world, aut)
    for one, other in ((aut, srb), (srb, aut)):
        one.meet(other)
        one.apply()
    e2e.wait_until(lambda: aut.is_linked("SRB") and srb.is_linked("AUT"), "linked")
    is_shown_by(srb, aut.issue(e2e.alert("Richtigova")))


@story.case("set an hour ahead while the link is up: writes are refused, those of others are not")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    set_clock(world, 61)
    number = e2e.wait_until(lambda: aut.run("alert", "issue", "-", *e2e.OFFICER,
                                            text=e2e.json.dumps(e2e.alert("Vorauskova"))).number,
                            "a write is refused")
    e2e.equal(number, 512, "the refusal")
    is_shown_by(aut, srb.issue(e2e.alert("Nachbarova", authority="SRB-MUP")))


@story.case("set right again: it writes, and what it writes has effect everywhere, at once")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    size = aut.journal()
    time.sleep(2)  # a mark and receipts of the time in between would be dated by the wrong clock
    set_clock(world, 0)
    e2e.wait_until(lambda: aut.status()["state"]["summary"] == "running", "AUT is well again")
    name = aut.issue(e2e.alert("Wiederova"))
    is_shown_by(srb, name)
    is_shown_by(aut, name)
    e2e.check(aut.journal() > size, "nothing was written")
    for node in (aut, srb):
        e2e.equal(node.status()["state"]["parked_operations"], 0, f"{node.country}: parked")


@story.case("set an hour back: what is written has effect, and is not dated back")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    before = aut.issue(e2e.alert("Zuvorova"))
    set_clock(world, -61)
    after = aut.issue(e2e.alert("Zurueckova"))
    is_shown_by(srb, after)
    e2e.check(hlc_ms(srb, after) >= hlc_ms(srb, before), "an operation is dated back")


@story.case("nor after a start under the wrong clock")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    before = aut.issue(e2e.alert("Davorova"))
    aut.stop()
    begin(world, aut)
    after = aut.issue(e2e.alert("Danachova"))
    is_shown_by(srb, after)
    e2e.check(hlc_ms(srb, after) >= hlc_ms(srb, before) - MARKS_MS, "an operation is dated back")


@story.case("nothing that was acknowledged is lost, and the evidence is whole")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    set_clock(world, 0)
    e2e.wait_until(lambda: sorted(aut.alerts()) == sorted(srb.alerts()), "both show the same")
    for node in (aut, srb):
        verified = e2e.run([node.bundle("--all"), "--trust", node.fingerprint],
                           program="cairn-verify")
        e2e.equal(verified.code, 0, str(verified))


story.run()
