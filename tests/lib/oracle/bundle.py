"""Bundles as bytes: the records and a writer. Protocol P-80."""
import re

import canonical
from broken import need
from names import is_network, is_object_id, is_origin
from primitives import sha256, u32
from shape import any_bin, bin_of, check_map, list_of, nil_or, row, uint

MAGIC = b"cairn-bundle-1\n"
RECORD_MAX = 2 * 1024 * 1024
HEAD, DOCUMENT, JOURNAL, FEED, LEAVES, COMMIT, CHECKPOINT, ENTRY, END, FORK, WITHHELD = range(1, 12)
SCOPE = re.compile(r"all|withheld|feed [0-9a-f]{32}|(object|fork|withheld) (.*)")
LEAVES_MAX, PROOF_MAX, EPOCHS_MAX = 4096, 64, 16
STATEMENT_MAX, NODES_MAX = 512, 128

key = bin_of(32)


def is_scope(value):
    match = SCOPE.fullmatch(value) if type(value) is str else None
    if match is None or match[1] is None:
        return match is not None
    return is_object_id(match[2]) if match[1] == "object" else is_origin(match[2])


def is_leaves(value):
    return (type(value) is bytes and len(value) % 48 == 0
            and 1 <= len(value) // 48 <= LEAVES_MAX)


def is_statement(value):
    return type(value) is bytes and 1 <= len(value) <= STATEMENT_MAX


RECORDS = {
    HEAD: ("head", {1: is_network, 2: is_origin, 3: uint, 4: is_scope}),
    DOCUMENT: ("document", {1: any_bin}),
    JOURNAL: ("journal", {1: is_origin}),
    FEED: ("feed", {1: bin_of(16), 2: is_origin, 3: list_of(row(key, key), 1, EPOCHS_MAX)}),
    LEAVES: ("leaves", {1: is_leaves}),
    COMMIT: ("commit", {1: any_bin, 2: key, 3: list_of(nil_or(key))}),
    CHECKPOINT: ("checkpoint", {1: any_bin}),
    ENTRY: ("entry", {1: is_origin, 2: any_bin, 3: bin_of(48), 4: list_of(key, 0, PROOF_MAX), 5: bin_of(120),
                      6: key, 7: uint, 8: bin_of(8), 9: any_bin, 10: list_of(key, 0, PROOF_MAX),
                      11: nil_or(key)}),
    END: ("end", {1: uint, 2: key}),
    FORK: ("fork", {1: is_origin, 2: is_statement, 3: is_statement, 4: list_of(key, 0, NODES_MAX)}),
    WITHHELD: ("withheld", {1: is_origin, 2: any_bin, 3: uint, 4: bin_of(48), 5: list_of(key, 0, PROOF_MAX),
                            6: bin_of(16), 7: uint, 8: key}),
}
# Fields of a withheld record that are there together, or not at all.
GROUPS = ({9: any_bin}, {10: bin_of(120), 11: key, 12: bin_of(48), 13: list_of(key, 0, PROOF_MAX)},
          {14: bin_of(120), 15: key})


def parse_record(raw):
    """Type and fields of one record's map."""
    fields = canonical.decode(raw)
    need(type(fields) is dict and type(fields.get(0)) is int, "record without a type")
    need(fields[0] in RECORDS, f"record type {fields[0]} is unknown")
    name, needed = RECORDS[fields[0]]
    for group in GROUPS if fields[0] == WITHHELD else ():
        if any(field in fields for field in group):
            needed = {**needed, **group}
    check_map(name, fields, {0: uint, **needed})
    return fields[0], fields


class Writer:
    """Collects records; `finish` adds the end record and gives the whole file."""

    def __init__(self, network, origin, time_ms, scope):
        self.data, self.count = MAGIC, 0
        self.add(HEAD, network, origin, time_ms, scope)

    def add(self, kind, *values):
        self.put({0: kind, **{at: value for at, value in enumerate(values, 1)}})

    def put(self, fields):
        record = canonical.encode(fields)
        assert 1 <= len(record) <= RECORD_MAX
        self.data += u32(len(record)) + record
        self.count += 1

    def finish(self):
        self.add(END, self.count, sha256(self.data))
        return self.data


def records(data):
    """Byte ranges of the records of a bundle that is known to be whole: [(offset, end), ...]"""
    found, at = [], len(MAGIC)
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at:at + 4], "big")
        found.append((at, end))
        at = end
    return found
