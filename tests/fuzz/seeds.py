"""Writes the seeds of the fuzzers of schema/: operation, country, wire, bundle, commit.

Run it again after a format changes: python3 tests/fuzz/seeds.py. It is a second writer of the
formats, from docs/protocol.md alone, so a seed that the decoder refuses is a finding."""
import base64
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
ORIGIN = "test-demo/AUT/vienna-1/1"
TIME_MS = 1772366400000


def number(value, short, long):
    """Shortest form of a count: short is (mask, limit), long the first bytes for 1, 2, 4, 8."""
    if short and value < short[1]:
        return bytes([short[0] | value])
    for first, size in zip(long, (1, 2, 4, 8)):
        if first and value < 1 << 8 * size:
            return bytes([first]) + value.to_bytes(size, "big")
    raise ValueError(value)


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return number(value, (0, 128), (0xcc, 0xcd, 0xce, 0xcf))
    if isinstance(value, str):
        text = value.encode()
        return number(len(text), (0xa0, 32), (0xd9, 0xda, 0xdb)) + text
    if isinstance(value, bytes):
        return number(len(value), None, (0xc4, 0xc5, 0xc6)) + value
    if isinstance(value, list):
        return number(len(value), (0x90, 16), (0, 0xdc, 0xdd)) + b"".join(map(pack, value))
    items = sorted(value.items())
    return number(len(items), (0x80, 16), (0, 0xde, 0xdf)) + b"".join(
        pack(key) + pack(field) for key, field in items)


def object_id(country, letters):
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    product = 36
    for character in country + letters:
        total = (product + alphabet.index(character)) % 36 or 36
        product = 2 * total % 37
    return f"{country}-{letters}-{alphabet[(37 - product) % 36]}"


def wraps(*countries):
    return [[country, bytes([65 + at]) * 32, bytes([97 + at]) * 80]
            for at, country in enumerate(countries)]


def operations():
    object_name = object_id("AUT", "0123456789ABCDEF")
    plumbing = {
        "feed_open": (1, {1: b"n" * 32, 2: b"s" * 32, 3: wraps("AUT", "GEO", "SRB")}),
        "feed_open_continues": (1, {1: b"n" * 32, 2: b"s" * 32, 3: wraps("AUT"), 4: b"f" * 16}),
        "feed_admit": (2, {1: "GEO", 2: b"k" * 32, 3: [b"w" * 80, b"v" * 80]}),
        "feed_rekey": (3, {1: 1, 2: b"n" * 32, 3: b"s" * 32, 4: wraps("AUT", "GEO")}),
        "feed_close": (4, {1: 4711}),
        "feed_invite": (5, {1: b"f" * 16, 2: 99}),
        "control_mark": (6, {1: TIME_MS, 2: b"r" * 32, 3: 12}),
        "control_document": (7, {1: b"h" * 32, 2: 3}),
        "control_policy": (8, {1: b"p" * 32}),
        "receipt": (9, {1: b"f" * 16, 2: 300, 3: b"r" * 32}),
        "missing": (10, {1: ORIGIN, 2: 70000}),
        "feed_lost": (11, {1: b"f" * 16, 2: ORIGIN, 3: 3, 4: 70, 5: 41, 6: 70000}),
        "feed_keys": (12, {1: ORIGIN, 2: b"f" * 16, 3: [b"a" * 32, b"b" * 32, b"c" * 32]}),
        "feed_keys_pairwise": (12, {1: ORIGIN, 2: b"p" * 16, 3: [b"s" * 32], 4: True}),
    }
    for name, (kind, body) in plumbing.items():
        yield name, {0: kind, 3: TIME_MS << 16, 7: body}
    person = {4: "border", 5: ["anna"], 6: "booth"}
    row = {1: TIME_MS, 2: "border", 3: "booth", 4: "anna", 5: 3, 6: ["P1234567", "AUT"], 7: 2,
           8: [object_name, object_name + "/17"]}
    yield "access_lookup", {0: 16, 3: 1, **person, 7: {1: [row, {**row, 5: 1, 7: 0, 8: []}]}}
    yield "policy_apply", {0: 17, 3: 1, **person, 7: {1: b"s" * 32, 2: "policy: 1\nroles: {}\n"}}
    yield "alert", {0: 32, 1: object_name, 2: [b"a" * 32, b"b" * 32], 3: 5, 4: "border",
                    5: ["anna", "ben"], 6: "bureau", 7: {1: "x", 2: [1, None, True]},
                    8: [b"c" * 32]}
    yield "case", {0: 64, 1: object_name, 3: 5, **person, 7: {}}
    yield "unknown_kind", {0: 300, 3: 5, 7: {}, 12: "later"}


def document():
    key = base64.b64encode(bytes(range(32))).decode()
    return ("cairn country 1\nnetwork test-demo\ncountry AUT\nserial 2\n"
            f"root {key}\nnext-root {key}\nsealing 1 {key}\nsealing 2 {key}\n"
            f"node vienna-1 1 {key} {key} {key} vienna.example:4410\n"
            f"node graz-1 3 {key} {key} {key} -\n"
            "kinds 1\nvalid 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z\n"
            f"previous {key}\n")


def document_of_ended():
    key, old, older = (base64.b64encode(bytes([fill]) * 32).decode() for fill in b"kop")
    return ("cairn country 1\nnetwork test-demo\ncountry AUT\nserial 3\n"
            f"root {key}\nnext-root {key}\nsealing 2 {key}\n"
            f"node vienna-1 3 {key} {key} {key} -\n"
            f"ended vienna-1 1 {old} {older} 4711 {key}\nended vienna-1 2 {older} {old} 0 {key}\n"
            "kinds 1\nvalid 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z\n"
            f"previous {key}\n")


def opening(count):
    return (b"f" * 16 + struct.pack(">QQQQQ", 3, 100, 90, 40, 40 + count) + b"r" * 32 + b"p" * 32)


def commit(*entries):
    return opening(len(entries)) + struct.pack(">I", len(entries)) + b"".join(
        struct.pack(">I", len(body)) + struct.pack(">BBHI", 1, algorithms, 0, epoch) + body
        for algorithms, epoch, body in entries)


def sealed(text):
    plain = struct.pack(">I", len(text)) + text
    plain += bytes(-len(plain) % 64)
    return b"k" * 48 + b"c" * 32 + plain + b"t" * 16


def commits():
    yield "empty", commit()
    yield "clear", commit((0, 0, pack({0: 4, 3: 1, 7: {1: 41}})))
    yield "mixed", commit((1, 2, sealed(b"one")), (0, 2, b"two"), (1, 2, sealed(b"3" * 100)))


def messages():
    note = b"text\n\n\xe2\x80\x94 name AAAAAAAA\n"
    log = b"f" * 16
    hello = {0: 1, 1: 1, 2: "test-demo", 3: ORIGIN, 4: TIME_MS}
    yield "hello", hello
    yield "hello_again", {**hello, 5: note}
    yield "offer_nothing", {0: 2, 1: [], 2: [], 3: []}
    yield "offer", {0: 2, 1: [note, note], 2: [[ORIGIN, 4711, note]], 3: [[log, ORIGIN, 9]] * 2}
    yield "want", {0: 3, 1: log, 2: 0, 3: 1 << 20, 4: True}
    yield "want_more", {0: 3, 1: log, 3: 4 << 20}
    yield "journal", {0: 4, 1: log, 2: 7, 3: b"l" * 96}
    yield "journal_end", {0: 4, 1: log, 2: 7, 3: b"", 4: note}
    yield "entries", {0: 5, 1: dict(commits())["mixed"]}
    yield "feed", {0: 6, 1: log, 2: ORIGIN, 3: b"open"}
    yield "feed_admitted", {0: 6, 1: log, 2: ORIGIN, 3: b"open", 4: 9, 5: b"admit"}
    yield "cosign", {0: 7, 1: log, 2: 4711, 3: "\u2014 name AAAAAAAA\n"}
    yield "bye", {0: 8, 1: 203}
    yield "proof", {0: 9, 1: ORIGIN, 2: note, 3: note, 4: [b"h" * 32] * 3}


def records():
    head = {0: 1, 1: "test-demo", 2: ORIGIN, 3: TIME_MS}
    yield "head_all", {**head, 4: "all"}
    yield "head_feed", {**head, 4: "feed " + "0123456789abcdef" * 2}
    yield "head_object", {**head, 4: "object " + object_id("AUT", "0123456789ABCDEF")}
    yield "document", {0: 2, 1: document().encode()}
    yield "journal", {0: 3, 1: ORIGIN}
    yield "feed", {0: 4, 1: b"f" * 16, 2: ORIGIN, 3: [[b"t" * 32, b"s" * 32]] * 2}
    yield "leaves", {0: 5, 1: b"l" * 144}
    yield "commit", {0: 6, 1: dict(commits())["mixed"], 2: b"s" * 32, 3: [b"k" * 32, None, None]}
    yield "checkpoint", {0: 7, 1: b"origin\n1\nroot\n"}
    entry = {0: 8, 1: ORIGIN, 2: b"note", 3: b"l" * 48, 4: [b"h" * 32] * 3, 5: opening(2),
             6: b"s" * 32, 7: 41, 8: struct.pack(">BBHI", 1, 1, 0, 2), 9: sealed(b"one"),
             10: [b"h" * 32], 11: b"k" * 32}
    yield "entry", entry
    yield "entry_closed", {**entry, 4: [], 10: [], 11: None}
    yield "end", {0: 9, 1: 10, 2: b"d" * 32}
    yield "head_fork", {**head, 4: "fork " + ORIGIN}
    yield "fork", {0: 10, 1: ORIGIN, 2: b"one", 3: b"two", 4: [b"h" * 32] * 3}
    yield "head_withheld", {**head, 4: "withheld"}
    yield "head_withheld_of", {**head, 4: "withheld " + ORIGIN}
    leaf = {0: 11, 1: ORIGIN, 2: b"note", 3: 41, 4: b"l" * 48, 5: [b"h" * 32] * 2, 6: b"f" * 16, 7: 5,
            8: b"t" * 32}
    yield "withheld", leaf
    yield "withheld_all", {**leaf, 9: b"open", 10: opening(2), 11: b"s" * 32, 12: b"e" * 48,
                           13: [b"h" * 32], 14: opening(2), 15: b"s" * 32}


def write(folder, seeds):
    (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    for name, data in seeds:
        (CORPUS / folder / name).write_bytes(data)


def main():
    write("operation", ((name, pack(value)) for name, value in operations()))
    write("wire", ((name, pack(value)) for name, value in messages()))
    write("bundle", ((name, pack(value)) for name, value in records()))
    write("commit", commits())
    write("country", [("document", document().encode()),
                      ("ended", document_of_ended().encode()),
                      ("lost", document().replace("node", "lost 1\nnode", 1).encode()),
                      ("origin", ORIGIN.encode()),
                      ("words", b"-".join([b"lusab", b"babad", b"gutih", b"tugad"] * 2)),
                      ("first", (document().rpartition(" ")[0] + " -\n").encode())])


if __name__ == "__main__":
    main()
