"""Writes the seeds of fuzz_core: short lives, each in its own words. python3 tests/fuzz/seeds_core.py

A letter is an event of tests/fuzz/fuzz_core.c, the numbers after it are the bytes that it reads."""
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus" / "core"
EVENTS = ("up", "down", "hello", "offer", "range", "entries", "record", "want", "cosign", "bye",
          "bytes", "write", "sign", "answer", "time", "command", "crash")
SETTLE, FLIP = 100, 192

SRB, GEO = 0, 1
CONTROL, PAIRWISE, FEED, OTHER, GEO_PAIRWISE = 0, 1, 2, 3, 5
GREET = [("up", 0, SRB), ("hello", 0, SRB, 0), "settle"]
OFFER = [("offer", 0, 13, SRB, SRB, 40, 6, FEED, SRB, 40, 6, OTHER, SRB, 40, 6, CONTROL)]
JOIN = OFFER + [("record", 0, FEED), ("range", 0, SRB, 0, 0), "settle"]

LIVES = {
    "greet": GREET + [("want", 0, 41, 0, 0), "settle", ("cosign", 0, SRB, 0), ("down", 0)],
    "join": [("write", CONTROL, 0), ("sign", SRB, 0)] + GREET + JOIN + [
        ("entries", 0, CONTROL, 0), ("entries", 0, FEED, 0), "settle", ("time", 220), ("crash",)],
    "grow": [("write", CONTROL, 0), ("sign", SRB, 0)] + GREET + JOIN + [
        ("entries", 0, CONTROL, 0), ("entries", 0, FEED, 0), "settle", ("write", FEED, 0),
        ("sign", SRB, 0), ("range", 0, SRB, 12, 0), "settle", ("entries", 0, FEED, 4), "settle",
        ("time", 240), "settle"],
    "withheld": [("write", CONTROL, 0), ("sign", SRB, 0)] + GREET + JOIN + [
        ("time", 249), ("time", 249), "settle"],
    "fork": GREET + JOIN + [("sign", SRB, 230, 8), ("up", 1, GEO), ("hello", 1, GEO, 0),
                            ("offer", 1, 1, SRB), "settle"],
    "halted": [("up", 0, SRB), ("hello", 0, SRB, 255, 250), ("command", 7, 2), ("time", 249)],
    "own": [("command", 8), "settle", ("command", 7, 59), ("command", 1, 59, GEO),
            ("command", 9, 59, GEO), ("answer", 2), ("answer", 0), ("crash",), "settle"],
    "disk": [("command", 8), ("answer", 2), ("answer", 248), "settle"],
    "removed": GREET + JOIN + [("command", 8), ("command", 3, SRB), "settle", ("command", 2, SRB),
                               ("down", 0)] + GREET + JOIN,
    "hand": [("command", 16), "settle", *GREET, ("command", 5 + 8), ("answer", 2), ("answer", 0),
             ("crash",), "settle", ("command", 5 + 8), ("time", 230), "settle"],
    "handed": [("command", 5), "settle", ("write", PAIRWISE, 3, OTHER, 129),
               ("write", GEO_PAIRWISE, 3, OTHER, 0), ("sign", SRB, 0), ("sign", GEO, 0)] + GREET + [
        ("up", 1, GEO), ("hello", 1, GEO, 0), "settle", ("offer", 1, 1, GEO), "settle",
        ("range", 1, GEO, 0, 0), "settle", ("entries", 1, GEO_PAIRWISE, 0), "settle"] + OFFER + [
        ("range", 0, SRB, 0, 0), "settle", ("entries", 0, PAIRWISE, 0), "settle",
        ("record", 0, OTHER), "settle", ("entries", 0, OTHER, 0), "settle", ("time", 220),
        ("crash",), "settle"],
    "handed_nobody": [("write", PAIRWISE, 3, FEED, 2), ("write", PAIRWISE, 3, PAIRWISE, 3),
                      ("write", PAIRWISE, 3, CONTROL, 2), ("sign", SRB, 0)] + GREET + OFFER + [
        ("range", 0, SRB, 0, 0), "settle", ("entries", 0, PAIRWISE, 0), ("entries", 0, PAIRWISE, 4),
        ("entries", 0, PAIRWISE, 8), ("command", 5), "settle", ("record", 0, FEED), "settle",
        ("time", 249)],
    "changed": GREET + [("flip", 0), *OFFER, 0, 9, 3, ("up", 1, GEO), ("bytes", 1, 3, 0x81, 0, 1)],
}


def life(events):
    out = bytearray()
    for event in events:
        if event == "settle":
            out.append(SETTLE)
        elif isinstance(event, int):
            out.append(event)
        elif event[0] == "flip":
            out.append(FLIP + event[1])
        else:
            out += bytes([EVENTS.index(event[0]), *event[1:]])
    return bytes(out)


if __name__ == "__main__":
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, events in LIVES.items():
        (CORPUS / name).write_bytes(life(events))
