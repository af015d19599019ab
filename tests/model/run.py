"""Full searches of the models with spin: every property of the models as they are, and every
planted fault, which must be found.  TAP; CAIRN_MODEL=restore or partner plays one of them.

A model is compiled once for each set of planted faults; a search visits every state there is, and
a search that was cut short (depth, memory, time) has failed."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 240  # of one search, on a busy machine; alone the longest takes 5 s
WHOLE = None  # nothing planted: no property may be broken

# model: (planted, property or "assert" that must break). The first line names all properties.
CASES = {
    "restore": [
        (WHOLE, "one_history silent_in_doubt answered_stays"),
        ("SEND_EARLY", "one_history"), ("NO_GUARD", "one_history"), ("GUARD_LATE", "one_history"),
        ("TRUST_STALE", "one_history"), ("GUARD_UNSYNCED", "one_history"),
        ("FORGET_DOUBT", "one_history"), ("ONE_IS_ENOUGH", "one_history"),
        ("LEAVE_EARLY", "one_history"), ("DEAF", "one_history"),
        ("FLUSH_IN_DOUBT", "silent_in_doubt"), ("ANSWER_EARLY", "answered_stays"),
        ("REACH_FETCHED", "one_history"), ("REACH_ALL_ASKED", "one_history"),
        ("REACH_FORK", "reach"), ("REACH_STOPPED", "reach"),
    ],
    "partner": [
        (WHOLE, "nothing_later newest_document both_recognise pinned"),
        ("ANY_SERIAL", "newest_document"), ("KEEP_LINK", "pinned"),
        ("KEEP_REMOVED", "both_recognise"), ("ONE_SIDED", "both_recognise"),
        ("NO_CLOSE", "nothing_later"), ("CLOSE_LATER", "nothing_later"),
        ("ACK_EARLY", "nothing_later"), ("TWO_BATCHES", "nothing_later"),
        ("SERVE_STRANGERS", "nothing_later"),
        ("REACH_RELAYED", "nothing_later"), ("REACH_AFTER", "reach"), ("REACH_RENEWED", "reach"),
    ],
}


class Trouble(Exception):
    """The search could not be made."""


def call(words, place):
    done = subprocess.run(words, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S)
    return done.returncode, done.stdout


def build(model, planted, place):
    words = ["spin", "-a"] + ([f"-D{planted}"] if planted else []) + [HERE / f"{model}.pml"]
    effort = "-O0" if planted else "-O1"  # a search that stops early is not worth the compiling
    for step in words, ["cc", effort, "-w", "-o", "pan", "pan.c"]:
        code, output = call(step, place)
        if code != 0:
            raise Trouble(output)


def search(name, place):
    """One search. gives: is the property broken?, states visited"""
    _, output = call(["./pan", "-a", "-E", "-m2000000", "-w22", "-N", name], place)
    errors = re.search(r"errors: (\d+)", output)
    states = re.search(r"([\d.e+]+) states, stored", output)
    if errors is None or states is None or "max search depth too small" in output:
        raise Trouble(output)
    is_broken = int(errors[1]) > 0
    if not is_broken and "Search not completed" in output:
        raise Trouble(output)
    return is_broken, states[1]


def trail(model, planted, place):
    """The shortest words for how it came to that."""
    words = ["spin", "-t", "-g", "-p"] + ([f"-D{planted}"] if planted else [])
    place.joinpath(f"{model}.pml").write_bytes((HERE / f"{model}.pml").read_bytes())
    return call([*words, f"{model}.pml"], place)[1]


def play(model, planted, names):
    """Lines of TAP without numbers, one for each property."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="cairn-model-") as folder:
        place = pathlib.Path(folder)
        try:
            build(model, planted, place)
        except (Trouble, OSError, subprocess.TimeoutExpired) as trouble:
            return [(False, f"{model}: {planted or 'as it is'}", str(trouble))]
        for name in names.split():
            what = f"{model}: {planted + ' is found by' if planted else 'always'} {name}"
            try:
                is_broken, states = search(name, place)
                is_good = is_broken == (planted is not WHOLE)
                note = "" if is_good or planted else trail(model, planted, place)
                lines.append((is_good, f"{what} ({states} states)", note))
            except (Trouble, OSError, subprocess.TimeoutExpired) as trouble:
                lines.append((False, what, str(trouble)))
    return lines


def main():
    wanted = os.environ.get("CAIRN_MODEL")
    jobs = [(model, *case) for model, cases in CASES.items() if wanted in (None, model)
            for case in cases]
    count = sum(len(names.split()) for _, _, names in jobs)
    print(f"1..{count}", flush=True)
    number, failed = 0, False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for lines in pool.map(lambda job: play(*job), jobs):
            for is_good, what, note in lines:
                number += 1
                failed |= not is_good
                print(f"{'ok' if is_good else 'not ok'} {number} - {what}", flush=True)
                for line in note.splitlines()[-80:]:
                    print("#", line, flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
