"""Whole countries as real processes on loopback, for the stories of tests/e2e.

    story = e2e.Story("late_partner", "AUT", "SRB")     one directory, thrown away at the end

    @story.case("a country that joins late catches up")
    def _(world):
        aut, srb = world.nodes("AUT", "SRB")
        aut.cairn("alert", "issue", path)               its JSON; an exit code but 0 fails the case

    story.run()                                         TAP on the standard output

Cases run in their order and build on each other: after one that failed the others fail too. What a
story waits for has a time limit and never a fixed sleep. CAIRN_BIN names the folder of the
programs, CAIRN_DATA that of the test data; with E2E_KEEP=1 directories stay and are named."""
import contextlib
import datetime
import http.client
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "oracle"))
from bundle import COMMIT, ENTRY, FEED, JOURNAL, parse_record, records
from history import check_entry
from journal import parse_commit
from names import is_object_id

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("CAIRN_DATA", ROOT / "tests/data"))
BIN = pathlib.Path(os.environ.get("CAIRN_BIN", ROOT / "build-demo/node"))
NETWORK = "test-e2e"
NODES = {"AUT": "vienna-1", "SRB": "belgrade-1", "GEO": "tbilisi-1", "POL": "warsaw-1"}
LIMIT_S = 60  # for anything that is waited for; generous, since both cores may be busy
LOG_LINES = 40
OFFICER = ("--role", "bureau", "--actor", "A-17", "--purpose", "alert.management")
BOOTH = ("--role", "booth", "--actor", "B-17", "--purpose", "border.check")
POLICY = """\
policy: 1
audiences: {region: [AUT, SRB], all: partners}
release:
  - {kinds: [alert.batch], to: all}
  - {kinds: [alert.*], categories: [WARN, DOC], to: all}
  - {kinds: [alert.*], categories: [CHK], to: region}
  - {kinds: [case.*], to: parties}
accept: {default: {kinds: [alert.*, case.*]}}
roles:
  booth: [screen]
  bureau: [screen, alert.*, case.*]
  auditor: [audit.*]
  admin: [partner.*, policy.*]
"""


def day(offset):
    """YYYY-MM-DD, so many days from today."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(offset)).date().isoformat()


def moment(offset):
    return day(offset) + "T00:00:00.000Z"


def alert(name, **changes):
    """A warning about a person, which the usual policy gives to all partners."""
    return {"category": "WARN", "action": "INFORM_ONLY", "reason": "identity_misuse",
            "authority": "AUT-BK", "from": moment(0), "expires": moment(150),
            "review": day(60), "contact": "sirene@aut.example",
            "handling": {"code": "H0", "source": "A", "information": 1, "onward": "none"},
            "names": [{"kind": "main", "surname": name, "given": "Anna", "quality": 1}],
            "births": ["1974-08-12"], **changes}


def check_alert(name, **changes):
    """A discreet check, which the usual policy gives to the region AUT and SRB."""
    return alert(name, category="CHK", action="DISCREET", reason="serious_crime",
                 decision={"reference": "7 St 12/26", "date": day(-3), "authority": "LG Wien"},
                 check={"immediate": True, "seek": ["place_and_time"]}, **changes)


def readmission(reference, **changes):
    """A request from AUT to SRB for one of its nationals."""
    return {"reference": reference, "requesting": "AUT", "requested": "SRB",
            "basis": "own_national", "procedure": "normal", "mode": "forced",
            "decision": {"final": True, "date": day(-10)}, "risk": "none",
            "persons": [{"role": "principal", "surname": "Petrović", "given": "Marko",
                         "birth": "1988-02-17", "sex": "M", "nationalities": ["SRB"]}],
            "documents": [{"kind": "P", "issuer": "SRB", "number": "008654321", "person": 0}],
            "evidence": [{"code": "N2_COPY", "sha256": "5a" * 32, "size": 183204,
                          "media": "application/pdf", "group": 1}],
            "contact": "rueckkehr@aut.example", **changes}


class Failed(AssertionError):
    """Something is not as the story says."""


def check(is_so, what):
    if not is_so:
        raise Failed(what)


def equal(got, wanted, what):
    if got != wanted:
        for key in got if isinstance(got, dict) and isinstance(wanted, dict) else ():
            equal(got[key], wanted.get(key), f"{what}, {key}")
        raise Failed(f"{what}: got {got!r}, wanted {wanted!r}")


def wait_until(question, what, limit_s=LIMIT_S):
    """Ask until the answer is true; gives it."""
    end = time.monotonic() + limit_s
    pause = 0.01
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"not within {limit_s} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def holds_bytes(folder, wanted):
    """Names of the files below the folder that have these bytes in them."""
    found = []
    for path in sorted(pathlib.Path(folder).rglob("*")):
        # files may go away between listing and reading: a store compacts
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and wanted in path.read_bytes():
                found.append(path.relative_to(folder).as_posix())
    return found


def pieces(body):
    """A sealed body cut into what is found in a file even where a store's block ends within it."""
    return [body[at:at + 48] for at in range(0, len(body) - 47, 48)]


def holds_any(folder, wanted):
    return [name for piece in wanted for name in holds_bytes(folder, piece)]


class Done:
    """A command that ended."""

    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err

    @property
    def data(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Failed(f"no JSON from {self}") from None

    @property
    def number(self):
        """Of the error."""
        return self.data.get("code") if self.out.strip() else None

    def __str__(self):
        return (f"cairn {' '.join(self.words)}: exit {self.code}\n{self.out[-2000:]}"
                f"{self.err[-2000:]}")


def run(words, program="cairn", limit_s=60, text=None):
    """Run one of our programs to its end."""
    words = [str(word) for word in words]
    try:
        done = subprocess.run([BIN / program, *words], input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              timeout=limit_s,
                              **({"stdin": subprocess.DEVNULL} if text is None else {}))
    except subprocess.TimeoutExpired:
        raise Failed(f"still running after {limit_s} s: {program} {' '.join(words)}") from None
    return Done(words, done.returncode, done.stdout, done.stderr)


class Node:
    def __init__(self, world, country):
        self.world, self.country, self.process = world, country, None
        self.dir = world.place / country.lower()
        self.log = world.place / f"{country.lower()}.log"
        self.listen, self.http = world.free_port(), world.free_port()
        self.host, self.launcher = "127.0.0.1", []  # where it listens; words before the daemon's

    def init(self, *options, network=NETWORK):
        made = self.run("init", "--country", self.country, "--node", NODES[self.country],
                        "--network", network, "--listen", f"{self.host}:{self.listen}",
                        "--http", f"127.0.0.1:{self.http}", *options)
        equal(made.code, 0, str(made))
        self.fingerprint = made.data["fingerprint"]
        return self

    # the daemon

    def start(self):
        check(self.process is None, f"{self.country} runs already")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.launcher, BIN / "cairnd", "--dir", self.dir],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.is_ready, f"{self.country} answers")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise Failed(f"{self.country}'s daemon ended with {self.process.returncode}")
        return self.run("status").code == 0

    def kill(self):
        """kill -9"""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """Ask it to end, which it must do well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"{self.country}'s daemon does not end") from None
        self.process = None
        equal(code, 0, f"exit code of {self.country}'s daemon")

    def bytes_read(self):
        """Bytes the daemon has read so far, from sockets and files: no fewer came over its wire."""
        with open(f"/proc/{self.process.pid}/io", encoding="ascii") as file:
            return int(file.readline().split()[1])

    def restart(self):
        self.stop()
        self.start()

    # commands

    def run(self, *words, limit_s=60, text=None):
        return run([*words, "--dir", self.dir, "--json"], limit_s=limit_s, text=text)

    def cairn(self, *words, limit_s=60, text=None):
        done = self.run(*words, limit_s=limit_s, text=text)
        equal(done.code, 0, str(done))
        return done.data if done.out.strip() else None

    def refused(self, number, *words, code=1, text=None):
        """The command must fail with this exit code and this number."""
        done = self.run(*words, text=text)
        equal((done.code, done.number), (code, number), str(done))
        return done.data

    # what stories ask often

    def meet(self, *others):
        """Take the documents of the others, fingerprints compared."""
        for other in others:
            note = self.world.place / f"{other.country.lower()}.note"
            note.write_text(run(["document", "--dir", other.dir]).out, encoding="utf-8")
            self.cairn("partner", "add", note, "--fingerprint", other.fingerprint)

    def apply(self, text=POLICY):
        path = self.world.file(f"{self.country.lower()}-policy.yaml", text)
        return self.cairn("policy", "apply", path)

    def status(self):
        return self.cairn("status")

    def partner(self, country):
        """A partner's row in the status; None when it is not recognised."""
        return next((row for row in self.status()["partners"]
                     if row["country"] == country and row["recognised"]), None)

    def is_linked(self, country):
        row = self.partner(country)
        return row is not None and row["link"] == "up"

    def journal(self):
        """Size of the own journal, as its newest checkpoint says."""
        return self.status()["journal"]["size"]

    def held(self, country):
        """Size of a partner's journal, as verified here."""
        row = self.partner(country)
        return row and row["journal_size"]

    def issue(self, body):
        """Issue an alert; gives its id."""
        return self.act("alert", "issue", "-", text=json.dumps(body))["id"]

    def act(self, *words, text=None):
        """A command of an alert or readmission officer."""
        return self.cairn(*words, *OFFICER, text=text)

    def alert(self, name):
        """The alert as this node shows it; None when there is none."""
        done = self.run("alert", "show", name)
        if done.code == 1 and done.number == 310:
            return None
        equal(done.code, 0, str(done))
        return done.data

    def alerts(self):
        """Every alert this node shows: {id: row}. Over the socket, page by page"""
        found, after = {}, ""
        while after is not None:
            page = self.get(f"/v1/alerts?limit=1000{after and '&after=' + after}")
            found |= {row["id"]: row for row in page["alerts"]}
            after = page.get("next")
        return found

    def settle(self):
        """Wait until the views show all that the log holds: an import does not wait for them."""
        wait_until(lambda: self.status()["state"]["folding"] == 0, f"{self.country}'s views caught up")

    def rows(self):
        """Rows of stolen documents in the batches that this node shows."""
        return sum(self.alert(name)["row_count"] for name, row in self.alerts().items()
                   if row["category"] == "DOC")

    def get(self, target):
        status, answer = self.ask("GET", target)
        equal(status, 200, f"GET {target}: {answer}")
        return answer

    def ask(self, method, target, body=None, who=()):
        """Ask the API over the socket: as the owner, or as (role, actor). gives: status, answer"""
        text = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {target} HTTP/1.1", "Host: node", "Connection: close",
                "Content-Type: application/json", f"Content-Length: {len(text)}"]
        head += [f"{name}: {value}" for name, value in zip(("Cairn-Role", "Cairn-Actor"), who)]
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.dir / "cairn.sock"))
            link.sendall("\r\n".join([*head, "", ""]).encode() + text)
            reply = http.client.HTTPResponse(link)
            reply.begin()
            return reply.status, json.loads(reply.read())

    def bundle(self, *scope):
        """Export evidence: ("--all",), ("--object", ID). gives: its path"""
        path = self.world.place / f"{self.country.lower()}-{self.world.count()}.bundle"
        self.cairn("audit", "export", *scope, "--out", path)
        return path

    def sealed(self, name):
        """The sealed bodies of an object's entries, from its evidence."""
        return [fields[9] for kind, fields in self.evidence("--object", name) if kind == ENTRY]

    def evidence(self, *scope):
        """Records of an export: [(type, fields), ...]"""
        data = self.bundle(*scope).read_bytes()
        return [parse_record(data[first + 4:last]) for first, last in records(data)]

    def operations(self):
        """Every operation that this node may read, out of all its evidence."""
        found, origin = [], None
        for kind, fields in self.evidence("--all"):
            if kind == JOURNAL:
                origin = fields[1]
            elif kind == COMMIT:
                opening, entries = parse_commit(fields[1])
                for at, ((prefix, body), key) in enumerate(zip(entries, fields[3])):
                    place = (origin, opening.feed_id, prefix, opening.previous_size + at)
                    found.append(check_entry(place, body, key))
        return [one for one in found if one is not None]

    def screen(self, *words, text=None):
        return self.cairn("screen", *words, *BOOTH, text=text)


class World:
    """The directory, the ports and the nodes of one story."""

    def __init__(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="cairn-e2e-"))
        self.all, self.ports, self.numbers = {}, set(), itertools.count(1)

    def count(self):
        """A number that was not given before."""
        return next(self.numbers)

    def free_port(self):
        """Below those that the kernel gives to outgoing connections: a node that is down must not
        lose its port to somebody's dialling."""
        while True:
            port = random.SystemRandom().randrange(15000, 32000)
            with socket.socket() as one, contextlib.suppress(OSError):
                one.bind(("127.0.0.1", port))
                if port not in self.ports:
                    self.ports.add(port)
                    return port

    def file(self, name, text):
        return self.bytes_file(name, text.encode())

    def make(self, country, *options, **network):
        """A node that is there but does not run yet."""
        self.all[country] = Node(self, country).init(*options, **network)
        return self.all[country]

    def nodes(self, *countries):
        return [self.all[country] for country in countries]

    def connect(self, *countries):
        """Nodes that run, know each other, have the usual policy, and are linked."""
        nodes = [self.make(country).start() for country in countries]
        for node in nodes:
            node.meet(*(other for other in nodes if other is not node))
            node.apply()
        for node in nodes:
            for other in countries:
                if other != node.country:
                    wait_until(lambda: node.is_linked(other), f"{node.country} links {other}")
        return nodes

    def bytes_file(self, name, data):
        path = self.place / name
        path.write_bytes(data)
        return path

    def generate(self, name, script, *options):
        """A file of test data, from a script in tests/data. gives: path and what it complained"""
        path = self.place / name
        with open(path, "wb") as out:
            made = subprocess.run([sys.executable, DATA / script, *options], stdout=out,
                                  stderr=subprocess.PIPE, text=True, check=True)
        return path, made.stderr

    def stop(self):
        """Also a check for leaks, where the build looks for them."""
        for node in self.all.values():
            if node.process is not None:
                node.stop()

    def close(self):
        for node in self.all.values():
            if node.process is not None:
                node.kill()
        if os.environ.get("E2E_KEEP"):
            print(f"# kept: {self.place}")
        else:
            shutil.rmtree(self.place, ignore_errors=True)


class Story:
    def __init__(self, name):
        self.name, self.cases = name, []

    def case(self, title):
        def keep(function):
            self.cases.append((title, function))
            return function
        return keep

    def run(self):
        self.cases.append(("every daemon that still runs ends well", World.stop))
        print(f"1..{len(self.cases)}", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        world, failed = World(), False
        try:
            for number, (title, function) in enumerate(self.cases, 1):
                failed = self.play(world, number, title, function, failed) or failed
            if failed:
                self.show_logs(world)
        finally:
            world.close()
        sys.exit(1 if failed else 0)

    def play(self, world, number, title, function, is_broken):
        """Play one case. gives: did it fail?"""
        started = time.monotonic()
        trouble = "a case before this one failed" if is_broken else None
        if not is_broken:
            try:
                function(world)
            except Failed as failure:
                trouble = str(failure)
            except Exception:  # a fault of the story or of an answer's shape
                trouble = traceback.format_exc()
        print(f"{'not ok' if trouble else 'ok'} {number} - {self.name}: {title}")
        for line in (trouble or "").splitlines():
            print("#", line)
        print(f"# {time.monotonic() - started:.1f} s", flush=True)
        return trouble is not None

    @staticmethod
    def show_logs(world):
        for node in world.all.values():
            if node.log.exists():
                print(f"# log of {node.country}:")
                for line in node.log.read_text(errors="replace").splitlines()[-LOG_LINES:]:
                    print("#    ", line)
