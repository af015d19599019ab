"""An auditor checks a bundle with cairn-verify alone: no node, no network, no configuration. A
second verifier, written for its own in Python, comes to the same verdicts."""
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ORACLE = pathlib.Path(e2e.__file__).parent / "oracle" / "verify_bundle.py"
CHANGES, SECOND_OPINIONS = 200, 6  # of the slow verifier

story = e2e.Story("verify_cli")
found = {}


def verify(path, *words):
    return e2e.run([path, *words], program="cairn-verify")


def oracle(path):
    return subprocess.run([sys.executable, ORACLE, path], stdout=subprocess.PIPE, text=True,
                          check=False)


def altered(world, data):
    return world.bytes_file("altered.bundle", bytes(data))


@story.case("bundles of everything, of an alert, of a feed")
def _(world):
    aut, srb = world.connect("AUT", "SRB")
    name = aut.issue(e2e.alert("Eriksson"))
    aut.act("alert", "withdraw", name, "--reason", "executed")
    e2e.wait_until(lambda: srb.alert(name), "SRB shows the alert")
    e2e.wait_until(lambda: aut.partner("SRB")["witnessed_size"] >= 3, "SRB has cosigned")
    found["fingerprints"] = {node.country: node.fingerprint for node in (aut, srb)}
    found["note"] = world.place / "srb.note"
    found["all"], found["object"] = aut.bundle("--all"), aut.bundle("--object", name)
    feeds = [fields[1].hex() for kind, fields in aut.evidence("--all") if kind == e2e.FEED]
    found["feeds"] = [aut.bundle("--feed", feed) for feed in feeds[:3]]
    srb.bundle("--all")
    for node in (aut, srb):
        node.stop()


@story.case("they are whole, and the second verifier says so too")
def _(world):
    for path in (found["all"], found["object"], *found["feeds"]):
        done = verify(path)
        e2e.equal(done.code, 0, str(done))
        second = oracle(path)
        e2e.equal(second.returncode, 0, second.stdout)
    e2e.equal(e2e.run(["verify", found["all"]]).code, 0, "exit code of cairn verify")


@story.case("each country's fingerprint is printed, and whether it was compared")
def _(world):
    done = verify(found["all"])
    for words in found["fingerprints"].values():
        e2e.check(words in done.out, f"no fingerprint {words} in {done}")
    e2e.check("not compared" in done.out, str(done))
    done = verify(found["all"], "--trust", found["fingerprints"]["AUT"], "--trust", found["note"])
    e2e.equal(done.code, 0, str(done))
    e2e.check("not compared" not in done.out, str(done))


@story.case("one changed byte, anywhere, is refused with the place named")
def _(world):
    dice = random.Random("changed bytes")
    for path in (found["all"], found["object"]):
        data = path.read_bytes()
        for turn, at in enumerate(dice.sample(range(15, len(data)), CHANGES)):
            changed = bytearray(data)
            changed[at] ^= 1 << dice.randrange(8)
            broken = altered(world, changed)
            done = verify(broken)
            e2e.equal(done.code, 1, f"byte {at}: {done}")
            if turn < SECOND_OPINIONS:
                e2e.equal(oracle(broken).returncode, 1, f"byte {at}: the second verifier")
            e2e.check(re.search(r"record \d+.*byte \d+", done.out + done.err), str(done))


@story.case("a bundle that is cut off or continued is refused")
def _(world):
    data = found["all"].read_bytes()
    for broken in (data[:-1], data[:len(data) // 2], data + b"\0", data + data):
        done = verify(altered(world, broken))
        e2e.equal(done.code, 1, str(done))


@story.case("what is no bundle at all cannot be judged")
def _(world):
    for data in (b"", b"cairn", b"cairn-bundle-2\n", b"\0" * 1000, b"{}"):
        done = verify(altered(world, data))
        e2e.equal(done.code, 2, str(done))
    e2e.equal(verify(world.place / "nothing").code, 2, "exit code for a file that is not there")
    e2e.equal(e2e.run([], program="cairn-verify").code, 2, "exit code without a file")


story.run()
