"""Runs programs that print TAP and counts their cases; adds "passed failed" to a file.

    tally.py SUMS run NAME COMMAND...            one program, shown while it runs
    tally.py SUMS suites BUILD FACTOR [SUITE]    the tests that meson knows, timeouts times FACTOR

Unlike `meson test` this goes on when a program was not built: it counts as one failed case.
A case that is skipped has failed; so has a program that hangs, that ends badly without naming a
failed case, that names another number of cases than it planned, or that names none."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

CASE = re.compile(r"(not )?ok\b(.*)")
PLAN = re.compile(r"1\.\.(\d+)")
SHOWN_LINES_MAX = 200


def count(output, trouble):
    """Passed and failed cases, and what is wrong beside the cases themselves."""
    passed = failed = 0
    plan = None
    for line in output.splitlines():
        if match := CASE.match(line):
            good = not match[1] and not re.search(r"#\s*(skip|todo)", match[2], re.I)
            passed, failed = passed + good, failed + (not good)
        elif match := PLAN.match(line):
            plan = int(match[1])
    wrong = []
    if trouble and (failed == 0 or trouble != "ended badly"):
        wrong.append(trouble)
    elif plan is None or passed + failed == 0:
        wrong.append("named no case")
    elif passed + failed != plan:
        wrong.append(f"planned {plan} cases, named {passed + failed}")
    return passed, failed + len(wrong), "".join(f", {text}" for text in wrong)


def run_test(test, factor):
    """Output of one test in a process group of its own, and what went wrong with it."""
    limit = test["timeout"] * factor or None
    with tempfile.TemporaryFile() as output:
        try:
            program = subprocess.Popen(
                test["cmd"], env={**os.environ, **test["env"]}, cwd=test["workdir"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True)
        except OSError as error:
            return "", f"cannot start: {error.strerror}"
        try:
            trouble = "ended badly" if program.wait(limit) else ""
        except subprocess.TimeoutExpired:
            trouble = f"still running after {limit:.0f} s"
        finally:
            try:
                os.killpg(program.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            program.wait()
        output.seek(0)
        return output.read().decode(errors="replace"), trouble


def run_and_report(test, factor):
    started = time.monotonic()
    output, trouble = run_test(test, factor)
    passed, failed, wrong = count(output, trouble)
    suite = test["suite"][0].split(":")[-1]
    lines = [f"{suite}/{test['name']}: {passed} passed, {failed} failed{wrong} "
             f"({time.monotonic() - started:.1f} s)"]
    if failed:
        lines += ["    " + line for line in output.splitlines()[-SHOWN_LINES_MAX:]]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return passed, failed


def from_suites(build, factor, wanted):
    listing = subprocess.run(["meson", "introspect", "--tests", build], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    tests = [test for test in (json.loads(listing.stdout) if listing.returncode == 0 else [])
             if not wanted or any(suite.split(":")[-1] in wanted for suite in test["suite"])]
    if not tests:
        print("no such test")
        return 0, 1
    tests.sort(key=lambda test: -test["timeout"])  # long ones first: both cores end together
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + 1) as pool:  # some only wait
        results = list(pool.map(lambda test: run_and_report(test, factor),
                                [test for test in tests if test["is_parallel"]]))
    results += [run_and_report(test, factor) for test in tests if not test["is_parallel"]]
    return sum(passed for passed, _ in results), sum(failed for _, failed in results)


def from_program(name, command):
    output = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as program:
        for line in program.stdout:
            output.append(line)
            print(line, end="", flush=True)
    passed, failed, wrong = count("".join(output), "ended badly" if program.returncode else "")
    print(f"{name}: {passed} passed, {failed} failed{wrong}", flush=True)
    return passed, failed


def main():
    sums, kind, name = sys.argv[1:4]
    if kind == "suites":
        passed, failed = from_suites(name, float(sys.argv[4]), sys.argv[5:])
    else:
        passed, failed = from_program(name, sys.argv[4:])
    with open(sums, "a", encoding="utf-8") as file:
        file.write(f"{passed} {failed}\n")


if __name__ == "__main__":
    main()
