"""The log store, each file call of a whole run failing in turn, in each way there is. After a fault
the store goes on or gives up with a numbered error; opened again on a good disk it holds every row
whose batch was acknowledged, and no row that has others missing before it."""
import concurrent.futures
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import faults
import tap

ROWS = 24
FOR_EVER = 1 << 30  # the disk does not come back

plan = tap.Plan()


def write(place, **options):
    """One run on a disk that fails. gives: what is wrong, or None; how it ended; its calls"""
    calls, acks = place / "calls", place / "acks"
    folder = place / "disk"
    folder.mkdir()
    code, output = faults.probe("write", folder / "log", acks, ROWS,
                                env=faults.environment(folder, calls=calls, **options))
    counted = faults.calls(calls)
    acknowledged = [int(line) for line in acks.read_text().split()] if acks.exists() else []
    if code == 3 and not re.match(r"error 5\d\d\n", output):
        return f"gave up without a number: {output}", "", counted
    if code not in (0, 3):
        return f"ended with {code}: {output}", "", counted
    _, seen = faults.probe("read", folder / "log")
    wanted = acknowledged[-1] + 1 if acknowledged else 0
    rows = re.search(r" rows (\d+)\n", seen)
    if code == 0 and (rows is None or int(rows[1]) != ROWS):
        return f"all was written, then: {seen}", "", counted
    if rows is None and wanted > 0:
        return f"{wanted} rows were acknowledged, then: {seen}", "", counted
    if rows is not None and int(rows[1]) < wanted:
        return f"{wanted} rows were acknowledged, {rows[1]} are there", "", counted
    return None, "went on" if code == 0 else "gave up", counted


def count_calls():
    with faults.folder() as folder:
        trouble, how, calls = write(pathlib.Path(folder))
        assert trouble is None and how == "went on", trouble
        return calls


def sweep(kind, times):
    """Every call fails, one run each."""
    def one(at):
        with faults.folder() as folder:
            trouble, how, calls = write(pathlib.Path(folder), at=at, kind=kind, times=times)
            assert trouble is None, f"call {at} of {kind}, {calls[at - 1:at]}: {trouble}"
            return how
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        hows = list(pool.map(one, range(1, len(count_calls()) + 1)))
    return f"{len(hows)} runs, {hows.count('went on')} went on, {hows.count('gave up')} gave up"


@plan.case("the calls of a run are counted, of every name")
def _():
    calls = count_calls()
    names = {name for name, _, _ in calls}
    assert {"open", "write", "fdatasync", "rename"} <= names, names
    assert len(calls) > 60, len(calls)
    return f"{len(calls)} calls"


for fault in faults.KINDS:
    plan.case(f"each call fails once: {fault}")(lambda fault=fault: sweep(fault, 1))
plan.case("from each call on the disk is gone")(lambda: sweep("eio", FOR_EVER))
plan.case("from each call on the disk is full")(lambda: sweep("enospc", FOR_EVER))

plan.run()
