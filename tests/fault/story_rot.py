"""Rows of the log rot on the disk of a real node. It finds them when it reads its log again, fetches
them from its partners and writes them again; what nobody has stays listed as lost. A damaged file of
the storage engine is read around, and put together anew while the daemon is down."""
import hashlib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

PROBE = pathlib.Path(os.environ["CAIRN_FAULT"]) / "row_probe"
story = e2e.Story("rot")
kept = []


def probe(node, what, *key):
    done = subprocess.run([PROBE, what, node.dir / "log", *map(str, key)], capture_output=True,
                          text=True, check=False)
    e2e.equal(done.returncode, 0, f"row_probe {what} {key}: {done.stdout}")
    return done.stdout


def rows(node, table):
    """(id, index, bytes) of every row of a table, in order."""
    lines = [line.split() for line in probe(node, "list").splitlines()]
    return [(row[1], int(row[2]), int(row[3])) for row in lines if row[0] == table]


def values(node, table, name):
    return [probe(node, "show", table, name, index)
            for row, index, _ in rows(node, table) if row == name]


def journal_of(node):
    origin = f"{e2e.NETWORK}/{node.country}/{e2e.NODES[node.country]}/1"
    return hashlib.sha256(b"cairn journal v1\0" + origin.encode()).hexdigest()[:32]


def largest_commit(node, table="C"):
    return max(rows(node, table), key=lambda row: row[2])


def healed(node):
    return node.log.read_text().count(" row.healed ")


def scrub(node, code=0):
    done = node.run("scrub")
    e2e.equal(done.code, code, str(done))
    return done.data


def begin_again(*nodes):
    for node in nodes:
        node.start()
    for node in nodes:
        for other in nodes:
            if other is not node:
                e2e.wait_until(lambda: node.is_linked(other.country), "a link")


@story.case("two countries; a whole log has no damage, and the status says so")
def _(world):
    aut, srb = world.connect("AUT", "SRB")
    for number in range(12):
        kept.append(aut.issue(e2e.alert(f"Huber{number}")))
    path, _ = world.generate("stolen.csv", "make_documents.py", "--rows", "3000")
    aut.act("import", path, "--as", "documents-csv")
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "the journal is held")
    srb.settle()
    seen = scrub(srb)
    e2e.equal((seen["last"]["found"], seen["faults"], seen["repair_wanted"]), (0, 0, False), "damage")
    e2e.check(seen["last"]["rows"] > 30, "rows were read")
    e2e.equal(srb.status()["state"]["scrub"]["last"]["rows"], seen["last"]["rows"], "in the status")


@story.case("leaves and commits that read otherwise, or are gone, come back from the partner")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.stop()
    srb.stop()
    leaves, (feed, number, _) = journal_of(aut), largest_commit(srb)
    before = values(srb, "L", leaves), probe(srb, "show", "C", feed, number)
    own = max((row for row in rows(aut, "C") if row[0] != feed), key=lambda row: row[2])
    own_before = probe(aut, "show", "C", *own[:2])
    probe(srb, "rot", "L", leaves, 3)
    probe(srb, "drop", "L", leaves, 5)
    probe(srb, "rot", "C", feed, number)
    probe(aut, "drop", "C", *own[:2])  # AUT wrote it: a member of the feed has it
    begin_again(aut, srb)
    # some may have been found before, when they were needed
    e2e.equal((scrub(srb)["faults"], scrub(aut)["faults"]), (0, 0), "damage that is left")
    e2e.equal((healed(srb), healed(aut)), (2, 1), "runs of rows that were healed")
    e2e.equal(scrub(srb)["last"]["found"], 0, "damage afterwards")
    aut.stop()
    srb.stop()
    after = values(srb, "L", leaves)[:len(before[0])], probe(srb, "show", "C", feed, number)
    e2e.equal(after, before, "rows")
    e2e.equal(probe(aut, "show", "C", *own[:2]), own_before, "the own commit")


@story.case("with nobody to ask it stays listed, until a partner is there")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    feed, number, _ = largest_commit(srb)
    probe(srb, "rot", "C", feed, number)
    srb.start()
    seen = scrub(srb, code=1)
    e2e.equal((seen["faults"], seen["lost"]), (1, 0), "listed")
    fault = seen["damage"][0]
    e2e.equal((fault["row"], fault["log"], fault["from"], fault["count"], fault["lost"], fault["err"]),
              ("commit", feed, number, 1, False, 503), "the fault")
    srb.restart()
    e2e.equal(srb.status()["state"]["scrub"]["faults"], 1, "listed after a restart")
    e2e.check(set(kept) <= set(srb.alerts()), "answers go on")
    before = healed(srb)
    aut.start()
    e2e.wait_until(lambda: healed(srb) > before, "healed, without being asked to")
    e2e.equal(scrub(srb)["faults"], 0, "damage afterwards")


@story.case("an entry that only this node has is lost for good, and said to be")
def _(world):
    aut, = world.nodes("AUT")
    aut.screen("--document", "KE4192750", "--issuer", "AUT")
    size = aut.journal()
    e2e.wait_until(lambda: aut.journal() > size + 1, "the heartbeat", limit_s=90)
    aut.stop()
    entry = rows(aut, "E")[0]
    probe(aut, "rot", "E", *entry[:2])
    aut.start()
    fault = scrub(aut, code=1)["damage"][0]
    e2e.equal((fault["row"], fault["log"], fault["lost"]), ("entry", entry[0], True), "the fault")
    e2e.equal(scrub(aut, code=1)["faults"], 1, "it stays listed")


def damage_file(node, value):
    """One byte of this value changes in the files of the log."""
    middle = bytes.fromhex(value)
    middle = middle[len(middle) // 2:][:64]
    for path in (node.dir / "log").glob("*.ldb"):
        data = bytearray(path.read_bytes())
        at = data.find(middle)
        if at >= 0:
            data[at] ^= 0x10
            path.write_bytes(data)
            return
    raise e2e.Failed("no file holds it")


@story.case("a damaged file is read around, healed over, and put together anew")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.restart()  # what it wrote so far is in files with checksums then
    srb.stop()
    feed, number, size = largest_commit(srb)
    e2e.check(size > 20000, "larger than a block of the file")
    damage_file(srb, probe(srb, "show", "C", feed, number))
    before = healed(srb)
    srb.start()
    e2e.wait_until(lambda: srb.is_linked("AUT"), "a link")
    seen = scrub(srb)
    e2e.check(healed(srb) > before, f"healed: {seen}")
    e2e.equal((seen["faults"], seen["repair_wanted"]), (0, True), "still a damaged file")
    srb.refused(514, "scrub", "--repair", code=3)
    srb.stop()
    e2e.equal(srb.cairn("scrub", "--repair")["repaired"], True, "repaired")
    e2e.equal(srb.cairn("scrub", "--repair")["repaired"], False, "nothing more to repair")
    srb.start()
    e2e.wait_until(lambda: srb.is_linked("AUT") and
                   srb.status()["state"].get("restore") is None, "in order again")
    seen = scrub(srb)
    e2e.equal((seen["last"]["found"], seen["repair_wanted"]), (0, False), "a whole log")
    e2e.equal(srb.rows(), 3000, "rows of the import")


@story.case("a damaged block that is not healed before is gone with the repair, and comes back")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.stop()
    feed, number, _ = largest_commit(srb)
    damage_file(srb, probe(srb, "show", "C", feed, number))
    before = healed(srb)
    e2e.equal(srb.cairn("scrub", "--repair")["repaired"], True, "repaired")
    srb.start()
    e2e.wait_until(lambda: srb.is_linked("AUT") and
                   srb.status()["state"].get("restore") is None, "in order again")
    seen = scrub(srb)
    e2e.equal((seen["faults"], healed(srb) > before), (0, True), f"healed: {seen}")
    kept.append(srb.issue(e2e.alert("Danach", authority="SRB-MUP")))
    e2e.wait_until(lambda: kept[-1] in aut.alerts(), "SRB writes on")


@story.case("what nobody has is lost, and said to be")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.stop()
    srb.stop()
    feed, number, _ = largest_commit(srb)
    for node in (aut, srb):
        probe(node, "rot", "C", feed, number)
    begin_again(aut, srb)
    seen = scrub(srb, code=1)
    e2e.equal([(row["log"], row["from"], row["lost"]) for row in seen["damage"]],
              [(feed, number, True)], "the fault")
    e2e.check(" row.lost " in srb.log.read_text(), "in the log of the daemon")
    e2e.check(set(kept) <= set(srb.alerts()), "answers go on")


story.run()
