"""Runs libFuzzer on every entrance: run.py BUILD_FOLDER SECONDS. One TAP case each.

Starts from corpus/<name>/; a crash is left as BUILD_FOLDER/crash-<name>-*, to be added there."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXTRA_SECONDS = 120  # for reading the corpus and for leaving


def fuzz(build, seconds, name):
    program = build / "tests" / f"fuzz_{name}"
    corpus = HERE / "corpus" / name
    if not program.exists():
        return False, "not built"
    if not corpus.is_dir() or not any(corpus.iterdir()):
        return False, "corpus is empty"
    with tempfile.TemporaryDirectory() as found:
        command = [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
                   f"-artifact_prefix={build}/crash-{name}-", "-print_final_stats=1", found, corpus]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  timeout=seconds + EXTRA_SECONDS)
        except subprocess.TimeoutExpired as stuck:
            return False, (stuck.stdout or b"").decode(errors="replace")[-4000:] + "\nstuck"
    if done.returncode != 0:
        return False, done.stdout[-8000:]
    runs = re.search(r"number_of_executed_units: (\d+)", done.stdout)
    return runs is not None, f"{runs[1]} inputs" if runs else done.stdout[-4000:]


def main():
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    names = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
    print(f"1..{len(names)}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: fuzz(build, seconds, name), names)
        for number, (name, (good, text)) in enumerate(zip(names, results), 1):
            print(f"{'ok' if good else 'not ok'} {number} - fuzz {name}")
            print(*("# " + line for line in text.splitlines()), sep="\n", flush=True)
            failed += not good
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
