"""The power goes while the log store is written: at every moment, and for many of the ways in which
a disk may then have kept some writes and lost others. Opened again, the store holds every row that
was acknowledged until then, none with others missing before it, or it refuses with a number. Seed:
CAIRN_SEED; CAIRN_FAULT_SWEEP=all throws the dice 50 times for every moment."""
import collections
import hashlib
import os
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import faults
import powercut
import tap

ROWS = 30
GROUP = 50  # directories that one process opens
TIMES = 50 if os.environ.get("CAIRN_FAULT_SWEEP") == "all" else 5

plan = tap.Plan()
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))


def record(place):
    """Write on a disk that is watched. The file of acknowledgements is in the trace, too."""
    disk, trace = place / "disk", place / "trace"
    disk.mkdir()
    code, output = faults.probe("write", disk / "log", disk / "acks", ROWS,
                                env=faults.environment(disk, trace=trace))
    assert code == 0, output
    return powercut.read(trace, disk)


def acknowledged(history):
    """Rows that must be there, after so many operations."""
    wanted, counts = 0, [0]
    for what, name, _, _, data in history:
        if what == "w" and name == "acks":
            wanted = int(data) + 1
        counts.append(wanted)
    return counts


def look(place, group, results):
    """Open what may be left. group: [(rows wanted, Disk)]"""
    folders = []
    for number, (_, disk) in enumerate(group):
        folder = place / f"left-{number}"
        (folder / "log").mkdir(parents=True)
        disk.files.pop("acks", None)
        disk.build(folder)
        folders.append(folder / "log")
    code, output = faults.probe("read", *folders)
    lines = re.findall(r"^\S+ (rows|error|hole) (\d+)$", output, re.M)
    assert code == 0 and len(lines) == len(group), f"ended with {code}: {output[-3000:]}"
    for (wanted, disk), (what, number) in zip(group, lines):
        if what == "rows":
            assert int(number) >= wanted, f"{wanted} rows acknowledged, {number} there: {disk.why}"
        else:
            assert what == "error", f"rows missing before others: {disk.why}"
        results[what if what == "rows" else f"error {number}" if wanted else "not made"] += 1
        if what == "error" and wanted:
            results[f"  {disk.why if disk.why[0] != '0' else 'dice'}"] += 1
    for folder in folders:
        for path in sorted(folder.parent.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.parent.rmdir()


@plan.case("whatever a disk kept, every acknowledged row is there")
def _():
    print(f"# CAIRN_SEED={seed}")
    with faults.folder() as name:
        place = pathlib.Path(name)
        history = record(place)
        wanted = acknowledged(history)
        seen, group, results = set(), [], collections.Counter()
        for done, disk in powercut.disks(history, random.Random(seed), TIMES):
            mark = hashlib.sha256(repr([wanted[done], *sorted(disk.files.items())]).encode()).digest()
            if mark not in seen:
                seen.add(mark)
                group.append((wanted[done], disk))
            if len(group) == GROUP:
                look(place, group, results)
                group = []
        if group:
            look(place, group, results)
    assert results["rows"] > 300, f"too little was tried: {results}"
    return f"{len(history)} operations, {len(seen)} disks: {dict(results)}"


plan.run()
