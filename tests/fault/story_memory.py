"""Memory that runs out: one allocation after the other fails, in commands, at the start of the daemon,
and in all that a daemon does. Each time there is a number, or a documented end; a daemon goes on, or
is started again and goes on; nothing that was acknowledged is lost, and nothing was half taken.

A run plays some calls of each scenario (CAIRN_SEED moves them); CAIRN_FAULT_SWEEP=all plays all calls
of our own code, and 40 of those that libraries make through us."""
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import memory

ALL = os.environ.get("CAIRN_FAULT_SWEEP") == "all"
OURS_RUNS, LIBRARY_RUNS = (8, 1) if not ALL else (1 << 30, 40)
START_RUNS = 18
ANSWER_S = 10
NUMBERED = re.compile(r"\berr=[1-6]\d\d\b|\([1-6]\d\d [A-Z_]+\)")
AGREEMENT = e2e.DATA / "agreements" / "eura-srb-aut.yaml"
OFFICER = ("bureau", "A-17")

story = e2e.Story("memory")
seed = os.environ.get("CAIRN_SEED") or str(random.SystemRandom().randrange(1 << 32))
dice = random.Random(seed)
acknowledged = {}  # {id: surname}
kept, ended = {}, []


def chosen(count, runs):
    calls = range(1, count + 1)
    return calls if count <= runs else sorted(dice.sample(calls, runs))


def where(program):
    site = kept["page"].get(memory.HIT_SITE)
    return memory.line_of(e2e.BIN / program, site) if site else "a library"


# ---- commands that end by themselves ----

def run(node, words, program="cairn"):
    """A command under the page. gives: exit code, output, complaints, what it leaked"""
    leaks = node.world.place / "leaks"
    leaks.unlink(missing_ok=True)
    done = subprocess.run([e2e.BIN / program, *map(str, words)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", timeout=e2e.LIMIT_S,
                          env=kept["page"].environment(leaks))
    return done, memory.leaked(leaks)


def expect_end(done, leaked, codes):
    """It did it, with all of its output, or says why not."""
    e2e.check(done.returncode in codes, f"exit {done.returncode}: {done.stderr[-500:]}")
    e2e.equal({memory.line_of(e2e.BIN / "cairn", site): count for site, count in leaked.items()},
              {}, "leaked")
    if done.returncode == 0:
        e2e.check(done.stdout.endswith(("}\n", "]\n")), f"cut output: {done.stdout!r}")
    else:
        e2e.check(NUMBERED.search(done.stderr), f"no number: {done.stdout}{done.stderr}")


def sweep_command(node, words, prepare=lambda: None, after=lambda: None, program="cairn",
                  codes=(0, 3)):
    """Fail its calls one by one. gives: how often it did not end well"""
    page, failed = kept["page"], 0
    page.find_doors(e2e.BIN / program)
    for who, runs in ((memory.OURS, OURS_RUNS), (memory.LIBRARIES, LIBRARY_RUNS),
                      (memory.YAML, LIBRARY_RUNS)):
        prepare()
        page.count(who)
        done, leaked = run(node, words, program)
        page.quiet()
        e2e.equal(done.returncode, 0, f"{words}: {done.stderr}")
        expect_end(done, leaked, codes)
        for at in chosen(page.counted(), runs):
            prepare()
            page.fail(who, at)
            done, leaked = run(node, words, program)
            page.quiet()
            try:
                expect_end(done, leaked, codes)
                failed += done.returncode != 0
                if done.returncode != 0:
                    after()
            except e2e.Failed as failure:
                raise e2e.Failed(f"{words[0]}, call {at} of {page.counted()}, {where(program)}: "
                                 f"{failure}") from None
    return failed


@story.case("init: what ended with an error is no node, or a whole one")
def _(world):
    print(f"# CAIRN_SEED={seed}")
    kept["page"] = memory.Page(world.place)
    place = world.place / "init"
    words = ["init", "--country", "AUT", "--node", "vienna-1", "--network", e2e.NETWORK]

    def clear():
        shutil.rmtree(place, ignore_errors=True)

    def after():
        again = e2e.run([*words, "--dir", place, "--json"])
        if (place / "cairn.yaml").exists() and again.code != 0:
            e2e.equal(e2e.run(["document", "--dir", place]).code, 0, "a whole node's document")
        else:
            e2e.check(again.code == 0 or again.number == 311, f"again: {again}")

    node = world.make("GEO")  # for its place
    failed = sweep_command(node, [*words, "--dir", place, "--json"], clear, after)
    e2e.check(failed > 5, f"only {failed} runs failed")


@story.case("document, renew, recover, policy check: nothing is changed, or all is")
def _(world):
    node = world.nodes("GEO")[0]
    before = world.place / "before"
    shutil.copytree(node.dir, before)
    policy = world.file("checked.yaml", e2e.POLICY)

    def put_back():
        shutil.rmtree(node.dir)
        shutil.copytree(before, node.dir)

    def starts():
        if ALL or dice.random() < 0.3:
            node.start()
            node.stop()

    tail = ["--dir", node.dir, "--json"]
    sweep_command(node, ["document", *tail])
    sweep_command(node, ["policy", "check", policy, *tail])
    sweep_command(node, ["document", "renew", "--rotate", "node", *tail], put_back, starts)
    failed = sweep_command(node, ["recover", "--accept-loss", *tail], put_back, starts)
    e2e.check(failed > 5, f"only {failed} runs failed")


# ---- the daemon ----

def begin(node):
    with open(node.log, "ab") as log:
        node.process = subprocess.Popen(
            [e2e.BIN / "cairnd", "--dir", node.dir], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env=kept["page"].environment(node.world.place / "leaks"))


def answers(node):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return node.ask("GET", "/v1/status")[0] == 200
    return False


def wait_up(node):
    """gives: does it answer? (else it has ended)"""
    e2e.wait_until(lambda: node.process.poll() is not None or answers(node),
                   "the daemon answers or ends")
    return node.process.poll() is None


def expect_exit(node, codes):
    try:
        code = node.process.wait(ANSWER_S)
    except subprocess.TimeoutExpired:
        node.kill()
        raise e2e.Failed("the daemon does not end") from None
    node.process = None
    log = node.log.read_text(errors="replace")[-1000:]
    e2e.check(code in codes, f"the daemon ended with {code}:\n{log}")
    e2e.check(code == 0 or NUMBERED.search(log), f"exit {code} without a number:\n{log}")
    leaked = memory.leaked(node.world.place / "leaks") if code == 0 else {}
    e2e.equal({memory.line_of(e2e.BIN / "cairnd", site): count for site, count in leaked.items()},
              {}, "leaked")
    return code


@story.case("the start: the daemon runs, or ends with a number, and the next one runs")
def _(world):
    aut, _ = world.connect("AUT", "SRB")
    name = aut.issue(e2e.alert("Vorherova"))
    acknowledged[name] = "Vorherova"
    aut.stop()
    page, codes = kept["page"], {}
    page.find_doors(e2e.BIN / "cairnd")
    for who, runs in ((memory.OURS, 1 << 30 if ALL else START_RUNS),
                      (memory.LIBRARIES, LIBRARY_RUNS), (memory.YAML, LIBRARY_RUNS)):
        page.count(who)
        begin(aut)
        e2e.check(wait_up(aut), "it does not start")
        page.quiet()
        count = page.counted()
        aut.process.terminate()
        expect_exit(aut, (0,))
        for at in chosen(count, runs):
            page.fail(who, at)
            begin(aut)
            try:
                if wait_up(aut):
                    aut.process.terminate()
                code = expect_exit(aut, (0, 1, 3, 75))
            except e2e.Failed as failure:
                raise e2e.Failed(f"call {at}, {where('cairnd')}: {failure}") from None
            page.quiet()
            codes[code] = codes.get(code, 0) + 1
    print(f"# exits: {codes}")
    e2e.check(len(codes) > 1, "no fault had any effect")


def ask(node, method, target, body=None, who=OFFICER):
    """gives: status, answer; status None when the connection ended without one"""
    try:
        return node.ask(method, target, body, who)
    except (OSError, ValueError, http.client.HTTPException):
        return None, {}


def issue(node):
    surname = f"Speicher{node.world.count()}"
    status, answer = ask(node, "POST", "/v1/alerts", e2e.alert(surname))
    if status in (200, 201):
        acknowledged[answer["id"]] = surname
    return status, answer


def command(*words, text=lambda: None):
    """A command of the command line, whose own memory is not touched."""
    def play(node):
        done = node.run(*words, text=text())
        e2e.check(done.code in (0, 1, 3, 75), str(done))
        return 200 if done.code == 0 else 500, done.data if done.code else {}
    return play


def case(node):
    body = e2e.readmission(f"R/{node.world.count()}")
    return command("case", "request", "-", "--agreement", AGREEMENT, *e2e.OFFICER,
                   text=lambda: json.dumps(body))(node)


def piece(node):
    number = node.world.count()
    rows = [f"AUT,P,Z{number:04}{row:03},stolen,," for row in range(5)]
    text = "\n".join(["issuer,type,number,status,issued,expires", *rows, ""])
    path = node.world.file("piece.csv", text)
    return command("import", path, "--as", "documents-csv", *e2e.OFFICER)(node)


def export(node):
    path = node.world.place / "swept.bundle"
    path.unlink(missing_ok=True)
    status, answer = command("audit", "export", "--all", "--out", path)(node)
    if status == 200:
        done = e2e.run([path, "--trust", node.fingerprint], program="cairn-verify")
        e2e.equal(done.code, 0, str(done))
    else:
        e2e.check(not path.exists(), "an export that failed leaves a file")
    return status, answer


def screen(**question):
    return lambda node: ask(node, "POST", "/v1/screen", {"purpose": "border.check", **question},
                            ("booth", "B-17"))


OPERATIONS = {
    "alert issue": issue,
    "screen a document": screen(document={"issuer": "AUT", "number": "X1"}),
    "screen a name": screen(name={"surname": "Vorherova", "given": "Anna", "born": "1974-08-12"}),
    "alert list": lambda node: ask(node, "GET", "/v1/alerts"),
    "status": lambda node: ask(node, "GET", "/v1/status"),
    "metrics": lambda node: command("status")(node),
    "case request": case,
    "import piece": piece,
    "export": export,
    "policy apply": lambda node: command("policy", "apply", node.world.place / "checked.yaml")(node),
    "token create": command("token", "create", "--role", "booth", "--actor", "B-18"),
    "partner list": command("partner", "list"),
}


def expect_going_on(node):
    """The same process answers, or one that is started again."""
    if node.process.poll() is None and not answers(node):
        e2e.wait_until(lambda: node.process.poll() is not None or answers(node),
                       "the daemon answers or ends", ANSWER_S)
    if node.process.poll() is not None:
        ended.append(expect_exit(node, (75,)))
        begin(node)
        e2e.check(wait_up(node), "it does not start again")


def sweep_operation(node, name, operation):
    page, counts = kept["page"], {}
    for who, runs in ((memory.OURS, OURS_RUNS), (memory.LIBRARIES, LIBRARY_RUNS),
                      (memory.YAML, LIBRARY_RUNS)):
        page.count(who)
        status, answer = operation(node)
        time.sleep(0.05)  # what it leads to: views, partners
        page.quiet()
        e2e.check(status in (200, 201), f"{name}: {answer}")
        for at in chosen(page.counted(), runs):
            page.fail(who, at)
            status, answer = operation(node)
            page.quiet()
            try:
                e2e.check(status in (None, 200, 201) or answer.get("code") is not None,
                          f"{status} without a number: {answer}")
                expect_going_on(node)
            except e2e.Failed as failure:
                raise e2e.Failed(f"{name}, call {at}, {where('cairnd')}: {failure}") from None
            counts[status] = counts.get(status, 0) + 1
    print(f"# {name}: {counts}")


@story.case("whatever a daemon is asked, it answers with a number or ends with one, and goes on")
def _(world):
    aut, _ = world.nodes("AUT", "SRB")
    begin(aut)
    e2e.check(wait_up(aut), "it does not start")
    for name, operation in OPERATIONS.items():
        sweep_operation(aut, name, operation)
    print(f"# ended and started again: {len(ended)}")
    aut.process.send_signal(signal.SIGTERM)
    expect_exit(aut, (0,))


@story.case("a link: it comes up in the end, whichever call failed")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    page = kept["page"]
    begin(aut)
    e2e.check(wait_up(aut), "it does not start")
    e2e.wait_until(lambda: aut.is_linked("SRB"), "linked")

    def relink(at, who):
        srb.stop()
        e2e.wait_until(lambda: not aut.is_linked("SRB"), "the link is down")
        page.fail(who, at)
        srb.start()
        e2e.wait_until(lambda: aut.process.poll() is not None or srb.is_linked("AUT"), "linked")
        hits = page.quiet()
        expect_going_on(aut)
        e2e.wait_until(lambda: aut.is_linked("SRB"), "linked again")
        return hits

    relink(0, memory.OURS)
    count = page.counted()
    hits = sum(relink(at, memory.OURS) for at in chosen(count, 6 if not ALL else count))
    e2e.check(hits > 0, "no fault had any effect")
    relink(dice.randrange(1, 200), memory.LIBRARIES)


@story.case("everything that was acknowledged is there, here and at the partner; evidence is whole")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.process.terminate()
    expect_exit(aut, (0,))
    aut.start()
    aut.settle()
    for name, surname in acknowledged.items():
        shown = aut.alert(name)
        e2e.check(shown is not None, f"{surname} was acknowledged and is lost")
        e2e.equal(shown["body"]["names"][0]["surname"], surname, name)
    e2e.wait_until(lambda: acknowledged.keys() <= srb.alerts().keys(), "SRB shows all of them")
    done = e2e.run([aut.bundle("--all"), "--trust", aut.fingerprint], program="cairn-verify")
    e2e.equal(done.code, 0, str(done))


@story.case("verify: it says whole, or that it could not tell")
def _(world):
    aut, = world.nodes("AUT")
    words = [aut.bundle("--all"), "--trust", aut.fingerprint, "--json"]
    sweep_command(aut, words, program="cairn-verify", codes=(0, 2))


story.run()
