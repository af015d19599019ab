"""Bad input at every entrance, JSON, YAML, CSV, zones, documents, command line, HTTP, the wire:
each time a numbered error, nothing has changed, and the node goes on."""
import json
import os
import pathlib
import re
import socket
import ssl
import string
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ALPHABET = string.digits + string.ascii_uppercase

story = e2e.Story("bad_input")
found = {}


def state(node):
    """What a node holds, without times."""
    return {"alerts": node.alerts(), "cases": node.cairn("case", "list"),
            "tokens": node.cairn("token", "list"), "policy": (node.dir / "policy.yaml").read_text(),
            "partners": [row["country"] for row in node.cairn("partner", "list")]}


@story.case("a node with an alert, a policy, a partner and a token")
def _(world):
    aut, _ = world.connect("AUT", "SRB")
    found["alert"] = aut.issue(e2e.alert("Eriksson"))
    found["token"] = aut.cairn("token", "create", "--role", "bureau", "--actor", "A-1")["token"]
    found["state"] = state(aut)


def unused():
    """A well-formed object id that nothing bears."""
    return next(name for name in (f"AUT-00000000000000A0-{last}" for last in ALPHABET)
                if e2e.is_object_id(name))


def unchanged(node):
    e2e.equal(state(node), found["state"], "what the node holds")


GOOD = json.dumps(e2e.alert("Nilsson"))
ALERTS = [  # number, text of an alert
    (194, ""), (194, "{"), (194, GOOD[:-1]), (194, GOOD + "x"), (194, "[" * 5000),
    (194, '{"category": "WARN", "category": "WARN"}'), (194, '{"contact": "\\u0000"}'),
    (194, '{"contact": "\\ud800"}'), (194, "[]"), (194, "17"),
    (195, json.dumps(e2e.alert("Nilsson", unknown=1))),
    (195, json.dumps(e2e.alert("Nilsson", contact=17))),
    (611, json.dumps(e2e.alert("Nilsson", category="XXX"))),
    (611, json.dumps(e2e.alert("Nilsson", reason="missing"))),
    (614, json.dumps(e2e.alert("Nilsson", action="SEIZE_DOC"))),
    (615, json.dumps(e2e.alert("Nilsson", expires=e2e.moment(3000)))),
    (617, json.dumps(e2e.alert("Nilsson", births=["XXXX-XX-XX"]))),
    (150, json.dumps(e2e.alert("Nilsson", nationalities=["QQQ"]))),
    (151, json.dumps(e2e.alert("Nilsson", births=["1974-02-30"]))),
    (624, json.dumps(e2e.alert("Nils\u202eson"))),
    (636, json.dumps(e2e.alert("Nilsson", reason_text="call +43 1 234567890"))),
    (644, json.dumps(e2e.alert("Nilsson", authority="SRB-MUP")))]


@story.case("JSON")
def _(world):
    aut, = world.nodes("AUT")
    for number, text in ALERTS:
        aut.refused(number, "alert", "issue", "-", *e2e.OFFICER, text=text)
    aut.refused(508, "alert", "issue", world.place / "nothing.json", *e2e.OFFICER, code=3)
    aut.refused(310, "alert", "withdraw", unused(), "--reason", "executed",
                *e2e.OFFICER)
    aut.refused(152, "alert", "show", "AUT-000")
    aut.refused(611, "alert", "withdraw", found["alert"], "--reason", "bored", *e2e.OFFICER)
    unchanged(aut)


POLICIES = [  # what is replaced in the good policy, by what, line of the fault
    ("policy: 1", "policy: 2", 1), ("to: all", "to: nobody", 4), ("[AUT, SRB]", "[AUT, QQQ]", 2),
    ("roles:", "rules:", 9), ("case.*", "case.dance", 7), ("policy: 1", "policy: &a 1", 1),
    ("policy: 1", "policy: !!int 1", 1), ("{default", "{default: *a, default", 8)]


@story.case("YAML: file, line and column of the fault")
def _(world):
    aut, = world.nodes("AUT")
    texts = [(e2e.POLICY.replace(old, new, 1), line) for old, new, line in POLICIES]
    texts += [("", None), ("\0", None), ("policy: 1\n" * 2, 2), ("a" * (1 << 20) + "a", None),
              ("[" * 2000, None)]
    for text, line in texts:
        path = world.file("bad.yaml", text)
        for words in (("policy", "check"), ("policy", "apply")):
            done = aut.run(*words, path)
            e2e.equal(done.code, 1, str(done)[:2000])
            e2e.check(130 <= done.number <= 199 or done.number in (102, 103, 611), str(done)[:2000])
            if line is not None:
                place = rf"(\S*bad\.yaml:)?{line}:\d+: "
                e2e.check(re.match(place, done.data["detail"]), str(done))
    unchanged(aut)


@story.case("CSV: every bad row with its line and number, good rows are taken")
def _(world):
    aut, = world.nodes("AUT")
    header = "issuer,type,number,status,issued\n"
    for text in ("issuer;type\n", header, header + "AUT,P,A1,stolen,2021-01-01\n"):
        done = aut.run("import", world.file("bad.csv", text), "--as", "documents-csv", *e2e.OFFICER)
        e2e.equal((done.code, done.number), (1, 193), str(done))
    done = aut.run("import", world.file("bad.csv", "x"), "--as", "tea-leaves", *e2e.OFFICER)
    e2e.equal((done.code, done.number), (2, 197), str(done))
    unchanged(aut)
    path, complaints = world.generate("bad.csv", "make_documents.py", "--rows", "100",
                                      "--bad", "14", "--seed", "7")
    done = aut.act("import", path, "--as", "documents-csv")
    e2e.equal({row["line"]: row["code"] for row in done["refusals"]},
              {int(line): int(number) for line, _, number in
               (row.split("\t") for row in complaints.splitlines())}, "rows refused")
    found["state"] = state(aut)


@story.case("alerts as lines of JSON: each bad line with its number")
def _(world):
    aut, = world.nodes("AUT")
    lines = [(text, number) for number, text in ALERTS if "\n" not in text and text]
    path = world.file("bad.jsonl", "".join(text + "\n" for text, _ in lines))
    done = aut.run("import", path, "--as", "alerts-jsonl", *e2e.OFFICER)
    e2e.equal(sorted((row["line"], row["code"]) for row in done.data["refusals"]),
              [(at, number) for at, (_, number) in enumerate(lines, 1)], "lines refused")
    unchanged(aut)


@story.case("documents of countries")
def _(world):
    aut, = world.nodes("AUT")
    geo = world.make("GEO")
    note = e2e.run(["document", "--dir", geo.dir]).out
    damaged = note.replace("serial 1", "serial 9")
    for number, text, words in ((171, damaged, geo.fingerprint), (308, note, aut.fingerprint),
                                (308, note, "not-words"), (170, "hello", geo.fingerprint)):
        path = world.file("geo.note", text)
        aut.refused(number, "partner", "add", path, "--fingerprint", words)
    aut.refused(308, "partner", "add", world.file("geo.note", note))  # nobody was asked
    unchanged(aut)


@story.case("zones: unreadable is an answer, too many bytes are not")
def _(world):
    aut, = world.nodes("AUT")
    for text in ("", "x", "P<UTO" * 8, "\1\2", "É" * 44 + "\n" + "É" * 44):
        answer = aut.screen("--mrz", "-", text=text)
        e2e.equal((answer["verdict"], answer["matches"]), ("unreadable", []), repr(text))
    aut.refused(103, "screen", "--mrz", "-", *e2e.BOOTH, text="<" * 5000)
    aut.refused(150, "screen", "--document", "A1", "--issuer", "QQQ", *e2e.BOOTH)
    aut.refused(151, "screen", "--name", "A", "--born", "1974-02-30", *e2e.BOOTH)
    aut.refused(107, "screen", "--document", "A*1", "--issuer", "AUT", *e2e.BOOTH)
    unchanged(aut)


@story.case("the command line")
def _(world):
    aut, = world.nodes("AUT")
    for words in ([], ["dance"], ["alert"], ["alert", "dance"], ["alert", "issue"],
                  ["alert", "issue", "a", "b"], ["alert", "list", "--colour", "red"],
                  ["screen"], ["screen", "--document", "A1"], ["token", "create"],
                  ["audit", "export", "--all"], ["audit", "export", "--out", "x"],
                  ["alert", "list", "--limit"], ["alert", "list", "--limit", "1", "--limit", "2"]):
        done = e2e.run([*words, "--dir", aut.dir] if words else [])
        e2e.equal((done.code, done.out), (2, ""), str(done))
        e2e.check(done.err, f"no word about {words}")
    e2e.equal(e2e.run(["status"]).code, 2, "exit code without --dir")
    done = e2e.run(["status", "--dir", world.place, "--json"])
    e2e.equal((done.code, done.number), (3, 507), str(done))
    for options in (["--country", "QQQ"], ["--network", "Net!"], ["--node", "a/b"],
                    ["--listen", "nowhere"]):
        good = {"--country": "SRB", "--node": "n-1", "--network": e2e.NETWORK, **dict([options])}
        done = e2e.run(["init", "--dir", world.place / options[0], "--json",
                        *(word for pair in good.items() for word in pair)])
        e2e.check(done.code in (1, 2) and 100 <= done.number < 200, str(done))
        e2e.equal([*(world.place / options[0]).rglob("*")], [], f"made in spite of {options}")
    aut.refused(311, "init", "--country", "AUT", "--node", "n-1", "--network", e2e.NETWORK)
    unchanged(aut)


def https(node, request):
    """Send bytes over TLS; gives status and body, or None when the connection was cut off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    answer = b""
    with socket.create_connection(("127.0.0.1", node.http), 10) as plain:
        with context.wrap_socket(plain) as link:
            link.sendall(request)
            while data := link.recv(1 << 16):
                answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def request(node, line, *headers, body=b"", token=True):
    lines = [line + " HTTP/1.1", "Connection: close", f"Content-Length: {len(body)}", *headers]
    if not any(header.startswith("Host:") for header in headers):
        lines.append(f"Host: 127.0.0.1:{node.http}")
    if token:
        lines.append(f"Authorization: Bearer {found['token']}")
    return "".join(line + "\r\n" for line in lines).encode() + b"\r\n" + body


@story.case("HTTP")
def _(world):
    aut, = world.nodes("AUT")
    media = "Content-Type: application/json"
    status, body = https(aut, request(aut, "GET /v1/alerts"))
    e2e.equal(status, 200, f"a good request: {body}")
    for wanted, number, sent in (
            (401, 305, request(aut, "GET /v1/alerts", token=False)),
            (401, 305, request(aut, "GET /v1/alerts", "Authorization: Bearer cairn_x",
                               token=False)),
            (403, 301, request(aut, "GET /v1/tokens")),
            (404, 310, request(aut, "GET /v1/dance")),
            (405, 314, request(aut, "DELETE /v1/alerts")),
            (400, 309, request(aut, "GET /v1/alerts", "Host: evil.example")),
            (400, 196, request(aut, "GET /v1/alerts", "Host: a", "Host: b")),
            (400, 196, request(aut, "GET /v1/alerts?colour=red")),
            (400, 196, request(aut, "GET /v1/alerts", "X : y")),
            (400, 196, request(aut, "GET /v1/alerts", "X: y", " folded")),
            (400, 196, b"\x16\x03\x01\x00\xff hello\r\n\r\n"),
            (415, 315, request(aut, "POST /v1/alerts", body=b"{}")),
            (400, 194, request(aut, "POST /v1/alerts", media, body=b"{")),
            (400, 194, request(aut, "POST /v1/alerts", media, body=b"[]")),
            (431, None, request(aut, "GET /v1/alerts", "X: " + "y" * 20000)),
            (413, None, request(aut, "POST /v1/alerts", media, body=b" " * (9 << 20)))):
        got = https(aut, sent)
        e2e.equal(got[0], wanted, f"answer to {sent[:80]}: {got[1]}")
        e2e.check(number is None or got[1]["code"] == number, f"answer to {sent[:80]}: {got[1]}")
        e2e.check(100 <= got[1]["code"] < 700, "an error without a number")
    unchanged(aut)


@story.case("the wire: noise, a stranger's TLS, an open line that says nothing")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    silent = [socket.create_connection(("127.0.0.1", aut.listen)) for _ in range(20)]
    for noise in (b"\0" * 100, os.urandom(5000), b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff"):
        with socket.create_connection(("127.0.0.1", aut.listen)) as link:
            link.sendall(noise)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", aut.listen), 10) as plain:
        try:
            with context.wrap_socket(plain) as link:
                link.sendall(b"\0\0\0\1\x80")
                e2e.equal(link.recv(1), b"", "what a stranger is told")
        except OSError:
            pass  # cut off, as it should be
    name = aut.issue(e2e.alert("Danach"))
    e2e.wait_until(lambda: srb.alert(name), "the link goes on")
    for one in silent:
        one.close()


story.run()
