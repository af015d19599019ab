"""The offline check of a bundle: documents and records in order. Protocol section 8."""
import bundle
import country
import entry
import journal
import merkle
import note
import withheld
from broken import Broken, need
from history import Section, check_entry
from names import ORIGIN, split_origin
from primitives import sha256


class NoBundle(Exception):
    """The bytes do not begin like a bundle."""


class Fault(Exception):
    """Record number (from 1), byte offset of its length field, and why."""

    def __init__(self, record, offset, reason):
        super().__init__(f"record {record}, byte {offset}: {reason}")
        self.record, self.offset, self.reason = record, offset, reason


class Report:
    """What a good bundle holds, in lines for people."""

    def __init__(self):
        self.head, self.countries, self.lines = None, {}, []

    def fingerprints(self):
        """{(country, fingerprint)}: more than one for a country whose root key was replaced"""
        return sorted({(c.country, c.fingerprint()) for c in self.countries.values()})


class Verifier:
    def __init__(self):
        self.report = Report()
        self.section = None      # the open journal section
        self.closed = set()      # origins whose section is closed
        self.checkpoints = {}    # (origin, size): root
        self.is_past_documents = False
        self.entries = 0         # entry records
        self.feeds = set()       # ids of feed records, in hex
        self.forks = 0           # fork records
        self.missed = withheld.Missed(self)

    # documents

    def document(self, raw):
        need(not self.is_past_documents, "document after the first section")
        new = country.parse(raw)
        need(new.network == self.report.head[1], "document of another network")
        known = [c for c in self.report.countries.values() if c.country == new.country]
        if known:
            last = known[-1]
            need(new.serial > last.serial, "documents of a country do not ascend by serial")
            need(new.root == last.root or sha256(new.root) == last.next_root,
                 "root key is not the one that the document before announced")
            need([e.line() for e in new.ended[:len(last.ended)]] == [e.line() for e in last.ended],
                 "document drops or changes an ended origin")
            need({last.sealing[n] for n in last.lost} <= {new.sealing[n] for n in new.lost},
                 "document drops a lost key")
            if new.serial == last.serial + 1:
                need(new.previous is None or new.previous == last.whole_hash,
                     "previous is not the hash of the document before")
        new.whole_hash = sha256(raw)
        self.report.countries[(new.country, new.serial)] = new

    def nodes(self, origin):
        """Every node that a document gives for the origin."""
        return [n for c in self.report.countries.values() for n in [*c.nodes, *c.ended]
                if c.origin(n) == origin]

    def ended(self, origin):
        """The line that ends the origin, or None. All say the same."""
        ends = [e for c in self.report.countries.values() for e in c.ended if c.origin(e) == origin]
        return ends[-1] if ends else None

    def repudiated(self, origin, leaf_index, leaves=None, checkpoint=None):
        """Does its country not stand by a commit at this leaf? Its branch shows where all leaves
        are at hand, or a checkpoint of just that size."""
        end = self.ended(origin)
        if end is None:
            return False
        if leaves is not None and len(leaves) >= end.size:
            root = merkle.root([merkle.leaf(leaf) for leaf in leaves[:end.size]])
            if root != end.root:
                return True
        return leaf_index >= end.size or (
            checkpoint is not None and checkpoint[0] == end.size and checkpoint[1] != end.root)

    # checkpoints

    def checkpoint(self, raw, origin):
        """Size and root; every signature line must be known and good."""
        text, signatures = note.split(raw)
        name, size, root = note.parse_checkpoint(text)
        need(name == origin, "checkpoint of another origin")
        seen, is_signed = set(), False
        for signer, signature in signatures:
            need((signer, signature[:4]) not in seen, "two signatures by one key")
            seen.add((signer, signature[:4]))
            if signer == origin and any(note.check_signature(text, signature, signer, n.log)
                                        for n in self.nodes(signer)):
                is_signed = True
                continue
            times = [note.check_cosignature(text, signature, signer, n.witness)
                     for n in self.nodes(signer)] if ORIGIN.fullmatch(signer) else []
            times = [seconds for seconds in times if seconds is not None]
            need(times, f"signature line by {signer} is unknown or wrong")
            self.report.lines.append(f"cosigned by {signer} at {times[0]}: {origin} size {size}")
        need(is_signed, "checkpoint without the log's signature")
        need(self.checkpoints.setdefault((origin, size), root) == root,
             "fork: two checkpoints of one size with different roots")
        return size, root

    # records

    def scope(self):
        return self.report.head[4].split(" ")

    def take(self, kind, f):
        """One record but head and end. f: its fields"""
        if kind == bundle.DOCUMENT:
            self.document(f[1])
            return
        self.is_past_documents = True
        is_object = self.scope()[0] == "object"
        if self.scope()[0] == "fork":
            need(kind == bundle.FORK, "more than a fork in a proof of it")
            self.fork(f)
        elif self.scope()[0] == "withheld":
            self.missed.take(kind, f)
        elif kind == bundle.JOURNAL:
            need(not is_object, "journal in a bundle about an object")
            self.open_section(f[1])
        elif kind == bundle.ENTRY:
            need(self.section is None, "entry record within a journal section")
            need(is_object, "single entry in a bundle of journals")
            self.entry(f)
        else:
            need(kind != bundle.FORK, "fork in a bundle of another scope")
            need(kind != bundle.WITHHELD, "withheld leaf in a bundle of another scope")
            need(self.section is not None, "record outside of a journal section")
            if kind == bundle.FEED:
                self.section.feed_record(f[1], f[2], f[3])
                self.feeds.add(f[1].hex())
            elif kind == bundle.LEAVES:
                self.section.leaves_record(f[1])
            elif kind == bundle.COMMIT:
                self.section.commit_record(f[1], f[2], f[3])
            else:
                self.close_section(f[1])

    def open_section(self, origin):
        need(self.section is None, "journal record before the checkpoint of the last section")
        need(origin not in self.closed, "two sections of one journal")
        need(split_origin(origin)[0] == self.report.head[1], "journal of another network")
        need(self.nodes(origin), "no document has introduced the origin")
        self.section = Section(origin)

    def close_section(self, raw):
        s = self.section
        s.finish()
        size, root = self.checkpoint(raw, s.origin)
        need(size == len(s.leaves), "checkpoint's size is not the number of leaves")
        need(root == merkle.root([merkle.leaf(leaf) for leaf in s.leaves]),
             "leaves do not lead to the checkpoint's root")
        self.report.lines += [
            f"lost: {s.origin} says that of feed {body[1].hex()} of {body[2]} it held the first "
            f"{body[4]} entries only; leaves {body[5]} to {body[6] - 1}; {max(shown - body[4], 0)} "
            "of the others are in this bundle"
            for body, shown in s.lost if split_origin(body[2])[1] == split_origin(s.origin)[1]]
        gone = sum(count for leaf_index, count in s.placed
                   if self.repudiated(s.origin, leaf_index, s.leaves))
        self.closed.add(s.origin)
        self.section = None
        self.report.lines.append(f"journal {s.origin}: size {size}, root {root.hex()}, "
                                 f"{s.commits} commits, {s.entries} entries, {s.opened} opened, "
                                 f"{gone} repudiated")

    def entry(self, f):
        origin, leaf, opening, salt = f[1], f[3], journal.parse_opening(f[5]), f[6]
        need(split_origin(origin)[0] == self.report.head[1], "entry of another network")
        need(self.nodes(origin), "no document has introduced the origin")
        opening.check()
        size, root = self.checkpoint(f[2], origin)
        need(merkle.root_of_inclusion(merkle.leaf(leaf), opening.leaf_index, size, f[4]) == root,
             "journal inclusion proof does not lead to the checkpoint's root")
        need(opening.commit_hash(salt) == leaf[16:], "commit hash is not the leaf's")
        index, prefix, body = f[7], f[8], f[9]
        stub = entry.stub(prefix, index, body)
        need(merkle.root_of_inclusion(entry.feed_leaf(stub), index, opening.size, f[10])
             == opening.root, "feed inclusion proof does not lead to the feed's root")
        operation = check_entry((origin, opening.feed_id, prefix, index), body, f[11])
        if self.scope()[0] == "withheld":
            self.missed.said(origin, opening.feed_id, operation)
        elif operation and operation.object:
            need(operation.object == self.scope()[1], "entry is about another object")
        self.entries += 1
        what = f"kind {operation.kind}" if operation else "not opened"
        if self.repudiated(origin, opening.leaf_index, checkpoint=(size, root)):
            what += ", repudiated"
        self.report.lines.append(
            f"entry {entry.entry_id(opening.feed_id, stub).hex()} of {origin}: {what}")

    # forks

    def statement(self, raw, origin):
        """Size and root of a checkpoint with the log's signature and no other."""
        text, signatures = note.split(raw)
        name, size, root = note.parse_checkpoint(text)
        need(name == origin, "statement of another origin")
        need(len(signatures) == 1, "statement with other signature lines")
        signer, signature = signatures[0]
        need(signer == origin and any(note.check_signature(text, signature, signer, n.log)
                                      for n in self.nodes(signer)),
             "statement without the log's signature")
        return size, root

    def fork(self, f):
        origin, nodes = f[1], f[4]
        need(not self.forks, "more than one fork record")
        need(origin == self.scope()[1], "fork of another origin")
        need(self.nodes(origin), "no document has introduced the origin")
        (size_a, root_a), (size_b, root_b) = (self.statement(f[at], origin) for at in (2, 3))
        need(size_a <= size_b, "statements stand in the wrong order")
        begin, whole = root_b, root_b
        if size_a < size_b:
            begin, whole = merkle.roots_of_split(size_a, size_b, nodes)
        need(whole == root_b, "nodes do not lead to the second root")
        need(size_a < size_b or not nodes, "nodes between equal sizes")
        need(begin != root_a, "the statements do not contradict each other")
        self.forks += 1
        self.report.lines.append(f"fork of {origin}: size {size_a} root {root_a.hex()}, "
                                 f"size {size_b} root {root_b.hex()}")

    def end(self, data, offset, count, f):
        need(self.section is None, "end within a journal section")
        need(f[1] == count, "number of records is wrong")
        need(f[2] == sha256(data[:offset]), "digest of the bundle is wrong")
        scope = self.scope()
        need(scope[0] != "feed" or scope[1] in self.feeds, "nothing about what the head names")
        need(scope[0] != "object" or self.entries, "nothing about what the head names")
        need(scope[0] != "fork" or self.forks, "nothing about what the head names")
        need(scope[0] != "withheld" or self.missed.count, "nothing about what the head names")
        need(not self.missed.awaited, "nobody says that the leaf is missing")


def verify(data):
    """Report of a whole bundle. Raises NoBundle or Fault."""
    if not data.startswith(bundle.MAGIC):
        raise NoBundle("no bundle: it does not begin with cairn-bundle-1")
    v, at, number, is_ended = Verifier(), len(bundle.MAGIC), 1, False
    while not is_ended:
        try:
            need(len(data) - at >= 4, "cut off before the end record")
            size = int.from_bytes(data[at:at + 4], "big")
            need(1 <= size <= bundle.RECORD_MAX, f"record length {size} is not allowed")
            need(size <= len(data) - at - 4, "cut off within a record")
            kind, f = bundle.parse_record(data[at + 4:at + 4 + size])
            need((kind == bundle.HEAD) == (number == 1), "head is the first record, and only it")
            if kind == bundle.HEAD:
                need(split_origin(f[2])[0] == f[1], "exporter of another network")
                v.report.head = f
            elif kind == bundle.END:
                v.end(data, at, number - 1, f)
                is_ended = True
            else:
                v.take(kind, f)
        except Broken as broken:
            raise Fault(number, at, str(broken)) from None
        at, number = at + 4 + size, number + 1
    if at != len(data):
        raise Fault(number, at, "bytes after the end record")
    return v.report
