"""cairn-verify as a program, beside the oracle: what both say of whole, damaged and forged bundles.

Damage is tried in three ways: bytes flipped, records changed under a right end record, and bundles
of an author who signs whatever it likes. Prints TAP. CAIRN_SEED replays."""
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib" / "oracle"), str(TESTS / "e2e")]

import bundle              # noqa: E402
import canonical           # noqa: E402
import entry               # noqa: E402
import story               # noqa: E402
import test_oracle_self as self_test   # noqa: E402
import verify              # noqa: E402
from test_oracle_self import ALL, FEED, FORK, LATE, MISSED, OBJECT, SAME   # noqa: E402
from test_oracle_self import flip, put_together, take_apart   # noqa: E402

PROGRAM = pathlib.Path(os.environ["CAIRN_BIN"]) / "cairn-verify"
VECTORS = TESTS / "data" / "vectors"
RANDOM_FLIPS, RANDOM_CHANGES = 600, 1260
WHOLE, BROKEN, UNUSABLE = 0, 1, 2
CASES = []


def case(function):
    CASES.append(function)
    return function


def run(*arguments, data=None):
    done = subprocess.run([PROGRAM, *arguments], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert done.returncode in (WHOLE, BROKEN, UNUSABLE), f"{arguments}: {done}"
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ours(data):
    """Exit code and record number, as the program says."""
    code, out, _ = run("--json", "-", data=data)
    verdict = json.loads(out)
    assert (verdict["verdict"] == "whole") == (code == WHOLE)
    return code, verdict["error"]["record"] if code == BROKEN else 0


def oracles(data):
    """The same from the oracle."""
    try:
        verify.verify(data)
    except verify.Fault as fault:
        return BROKEN, fault.record
    except verify.NoBundle:
        return UNUSABLE, 0
    return WHOLE, 0


def both(data):
    left, right = ours(data), oracles(data)
    assert left[0] == right[0], f"ours {left}, oracle {right}"
    return left, right


def all_agree(damaged):
    """damaged: (name, bundle) pairs. How many were refused, and how many on the same record."""
    refused = same = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), verdict in zip(damaged, pool.map(lambda pair: try_both(*pair), damaged)):
            assert isinstance(verdict, tuple), f"{name}: {verdict}"
            refused += verdict[0][0] != WHOLE
            same += verdict[0] == verdict[1]
    return refused, same


def try_both(_, data):
    try:
        return both(data)
    except AssertionError as difference:
        return str(difference)


def write(folder, name, data):
    path = pathlib.Path(folder) / name
    path.write_bytes(data)
    return str(path)


# the program

@case
def whole_bundles_exit_with_0_and_show_fingerprints():
    for name, data in (("object", OBJECT), ("feed", FEED), ("all", ALL), ("fork", FORK),
                       ("fork_same", SAME), ("withheld", MISSED), ("withheld_late", LATE)):
        code, out, err = run(str(VECTORS / f"{name}.bundle"))
        assert code == WHOLE and err == "", err
        for country, words in verify.verify(data).fingerprints():
            assert f"country {country} {words} not compared\n" in out
        assert out.rstrip().split("\n")[-1].endswith("records")


@case
def trust_is_given_as_words_a_file_of_words_or_a_document():
    countries = dict(verify.verify(OBJECT).fingerprints())
    aut = countries["AUT"]
    with tempfile.TemporaryDirectory() as folder:
        words = write(folder, "words.txt", aut.encode() + b"\n")
        document = write(folder, "aut.note", story.tell().nations["AUT"].note)
        for trust in (aut, words, document):
            code, out, _ = run("--trust", trust, "-", data=OBJECT)
            assert code == WHOLE
            assert f"country AUT {aut} compared\n" in out
            assert f"country GEO {countries['GEO']} not compared\n" in out
        code, out, _ = run("-", "--trust", aut, "--trust", countries["GEO"], data=OBJECT)
        assert code == WHOLE and "not compared" not in out
        changed = write(folder, "bad.note", flip(story.tell().nations["AUT"].note, 40))
        for trust in ("babab", changed, write(folder, "empty", b"")):
            code, out, err = run("--trust", trust, "-", data=OBJECT)
            assert code == UNUSABLE and out == "" and "--trust" in err, trust


@case
def json_says_the_same_as_the_lines():
    code, out, _ = run("--json", str(VECTORS / "all.bundle"))
    said = json.loads(out)
    assert code == WHOLE and said["verdict"] == "whole" and said["scope"] == "all"
    assert [j["type"] for j in said["found"]] == ["journal", "journal"]
    assert said["found"][0]["size"] == 20 and len(said["found"][0]["cosignatures"]) == 1
    assert said["counts"]["records"] == 49 and said["counts"]["opened"] == 15
    code, out, _ = run("--json", "-", data=OBJECT[:-1])
    said = json.loads(out)
    assert code == BROKEN and said["verdict"] == "broken"
    assert said["error"]["name"] == "SHORT" and said["error"]["number"] == 101
    code, out, _ = run("--json", "-", data=b"PK\3\4")
    assert code == UNUSABLE and json.loads(out)["verdict"] == "unusable"


@case
def a_proof_of_a_fork_says_who_signed_what():
    aut = dict(verify.verify(FORK).fingerprints())["AUT"]
    code, out, _ = run("-", data=FORK)
    assert code == WHOLE and "the proof holds, scope fork test-demo/AUT/vienna-1/1" in out
    assert "two histories were signed with the log key of test-demo/AUT/vienna-1/1\n" in out
    for size in (8, 20):
        assert f"  one of size {size} with root " in out
    assert "stays open" in out
    code, out, _ = run("--trust", aut, "-", data=FORK)
    assert code == WHOLE and "stays open" not in out
    code, out, _ = run("--json", "--trust", aut, "-", data=SAME)
    said = json.loads(out)
    found = said["found"][0]
    assert code == WHOLE and said["counts"]["forks"] == 1 and found["type"] == "fork"
    assert found["origin"] == "test-demo/AUT/vienna-1/1" and found["is_compared"] is True
    assert [each["size"] for each in found["statements"]] == [20, 20]
    assert found["statements"][0]["root"] != found["statements"][1]["root"]


@case
def evidence_of_a_withheld_opening_says_what_it_proves_and_what_is_only_said():
    code, out, _ = run("-", data=MISSED)
    assert code == WHOLE
    for line in ("leaf 19 of test-demo/AUT/vienna-1/1 is commit 4 of feed f716eb7438dc75feb2bd4e8aa2b498ce",
                 "  an earlier leaf with the same key was opened, and names this feed",
                 "  the feed was opened for AUT, GEO, SRB",
                 "  test-demo/GEO/tbilisi-1/1 says, dated 2026-03-01T12:02:03.500Z, that its content "
                 "had not come",
                 "  by the word of the exporter it has not come by 2026-03-01T12:15:00.000Z"):
        assert line + "\n" in out, line
    assert "the evidence holds, scope withheld test-demo/AUT/vienna-1/1, 1 missed, 0 came late" in out
    code, out, _ = run("-", data=LATE)
    assert code == WHOLE and "  its own opening names this feed\n" in out
    assert "  it came after all: the exporter shows its opening\n" in out
    assert "has not come" not in out and "1 missed, 1 came late" in out
    for data, late in ((MISSED, False), (LATE, True)):
        said = json.loads(run("--json", "-", data=data)[1])
        leaf, entry_of_it = said["found"]
        assert (leaf["type"], leaf["leaf"], leaf["commit"], leaf["late"]) == ("withheld", 19, 4, late)
        assert (entry_of_it["kind"], entry_of_it["dated"]) == ("missing", "2026-03-01T12:02:03.500Z")
        assert (said["counts"]["withheld"], said["counts"]["late"]) == (1, int(late))


@case
def a_broken_bundle_is_said_to_be_broken_where_and_why():
    places = bundle.records(OBJECT)
    start = places[3][0]
    code, out, _ = run("-", data=flip(OBJECT, start + 200))
    assert code == BROKEN
    last = out.rstrip().split("\n")[-1]
    assert f"broken at record 4, byte {start}" in last and last.endswith(")"), last


@case
def what_is_no_bundle_or_no_command_exits_with_2():
    for data in (b"", b"cairn-bundle-2\n", OBJECT[1:], bundle.MAGIC[:-1]):
        code, out, _ = run("-", data=data)
        assert code == UNUSABLE and "no bundle" in out
    for arguments in ((), ("a", "b"), ("--trust",), ("--what", "-"), ("/nowhere/at/all",)):
        code, out, err = run(*arguments)
        assert code == UNUSABLE and out == "" and err, arguments


@case
def the_name_of_the_file_cannot_move_the_terminal():
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, "a\x1b[2J\"\\b", OBJECT)
        _, out, _ = run(path)
        assert "\x1b" not in out
        _, out, _ = run("--json", path)
        assert json.loads(out)["file"].endswith("a?[2J\"\\b")


@case
def the_program_is_schema_crypto_and_replication_alone():
    done = subprocess.run(["ldd", PROGRAM], stdout=subprocess.PIPE, check=True)
    libraries = done.stdout.decode()
    for library in ("uv", "ssl", "leveldb", "jansson", "llhttp", "icu"):
        assert f"lib{library}" not in libraries, library
    done = subprocess.run(["nm", "-u", PROGRAM], stdout=subprocess.PIPE, check=True)
    for name in ("socket", "connect", "getaddrinfo", "SSL_new", "pthread_create"):
        assert f" U {name}\n" not in done.stdout.decode().replace("@", "\n"), name


# beside the oracle

@case
def both_refuse_flipped_bytes_of_the_small_bundles():
    # every byte: tests/property/prop_damage.c for us, test_oracle_self.py for the oracle
    damaged = [(f"byte {at}", flip(data, at, 1 << at % 8))
               for data in (OBJECT, FORK, SAME, MISSED) for at in range(0, len(data), 5)]
    refused, same = all_agree(damaged)
    assert refused == same == len(damaged)


@case
def both_refuse_random_flips_of_the_others():
    dice = make_dice()
    damaged = []
    for number in range(RANDOM_FLIPS):
        whole = (FEED, ALL)[number % 2]
        at, bits = dice.randrange(len(whole)), dice.randrange(1, 256)
        damaged.append((f"flip {number}", flip(whole, at, bits)))
    refused, same = all_agree(damaged)
    assert refused == same == len(damaged)


@case
def both_say_the_same_of_records_changed_under_a_new_end():
    dice = make_dice()
    damaged = []
    for number in range(RANDOM_CHANGES):
        whole = (OBJECT, FEED, ALL, FORK, SAME, MISSED, LATE)[number % 7]
        fields = take_apart(whole)
        for _ in range(dice.choice((1, 1, 1, 2))):
            change_record(fields, dice)
        damaged.append((f"change {number}", put_together(fields)))
    refused, same = all_agree(damaged)
    print(f"# {refused} of {len(damaged)} refused, {same} on the same record")
    assert len(damaged) * 3 // 4 < refused < len(damaged)


def change_record(fields, dice):
    """Some record is moved, doubled, left out, or one value in it is changed."""
    at = dice.randrange(len(fields))
    kind = dice.randrange(12)
    if kind == 0:
        fields.insert(dice.randrange(len(fields) + 1), fields.pop(at))
    elif kind == 1:
        fields.insert(dice.randrange(len(fields) + 1), fields[at])
    elif kind == 2 and len(fields) > 1:
        fields.pop(at)
    else:
        record = fields[at] = dict(fields[at])
        key = dice.choice([key for key in record if key > 0])
        record[key] = changed(record[key], dice)


def changed(value, dice):
    if type(value) is bytes:
        return changed_bytes(value, dice)
    if type(value) is int:
        return max(0, value + dice.choice((-1, 1, 1 << 40)))
    if type(value) is list:
        value = list(value)
        if not value or dice.randrange(4) == 0:
            return value + [value[-1] if value else None]
        at = dice.randrange(len(value))
        if dice.randrange(3) == 0:
            value.pop(at)
        else:
            value[at] = changed(value[at], dice)
        return value
    if type(value) is str:
        return value[:-1] + dice.choice("0123456789abcxyz ")
    return bytes(32)


def changed_bytes(value, dice):
    if not value:
        return b"\0"
    at = dice.randrange(len(value))
    return dice.choice((flip(value, at, dice.randrange(1, 256)), value[:at], value + b"\0",
                        value[:at] + value[at + 1:]))


@case
def both_refuse_the_lies_of_an_author():
    lies = [(name, data) for name, data, _ in self_test.lies()]
    refused, _ = all_agree(lies)
    assert refused == len(lies) > 5


@case
def both_accept_an_operation_of_a_later_kind():
    for kind, code in ((200, WHOLE), (37, WHOLE), (31, BROKEN), (20, BROKEN)):
        liar = self_test.Liar()
        newer = canonical.encode({0: kind, 3: 1 << 16, 99: [1, 2]})
        self_test_write(liar, newer)
        assert both(liar.bundle())[0][0] == code, kind


def self_test_write(liar, raw):
    """A sealed entry with these bytes."""
    e = liar.alert()
    place = (liar.j.origin, liar.f.id, e.prefix, e.index)
    e.sealed = entry.seal(raw, place, liar.f.epochs[0].slot, e.fresh)
    e.body = e.sealed["body"]
    liar.f.leaf_hashes[-1] = entry.feed_leaf(entry.stub(e.prefix, e.index, e.body))
    liar.j.flush()


def make_dice():
    seed = int(os.environ.get("CAIRN_SEED", "1"))
    print(f"# CAIRN_SEED={seed}")
    return random.Random(seed)


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, do in enumerate(CASES, 1):
        try:
            do()
            verdict = "ok"
        except Exception:
            verdict = "not ok"
            failed += 1
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
        print(f"{verdict} {number} - {do.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
