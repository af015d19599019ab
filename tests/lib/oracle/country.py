"""Country documents and fingerprints. Protocol P-10 to P-14, P-98."""
import datetime
import re

import note
from broken import Broken, need
from names import NAME, decimal, is_country, is_network, proquints
from primitives import label, sha256

HOST_PORT = re.compile(r"([A-Za-z0-9.-]{1,255}|\[[0-9a-f:.]{1,253}\]):([1-9][0-9]{0,4})")
SEALING_MAX, NODES_MAX, ENDED_MAX = 8, 16, 64
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Node:
    def __init__(self, name, incarnation, log, witness, tls, endpoint):
        self.name, self.incarnation = name, incarnation
        self.log, self.witness, self.tls, self.endpoint = log, witness, tls, endpoint


class Ended:
    """An origin that signs nothing any more: what counts of its journal."""

    def __init__(self, name, incarnation, log, witness, size, root):
        self.name, self.incarnation = name, incarnation
        self.log, self.witness, self.size, self.root = log, witness, size, root

    def line(self):
        b64 = note.base64_text
        return (f"ended {self.name} {self.incarnation} {b64(self.log)} {b64(self.witness)} "
                f"{self.size} {b64(self.root)}")


class Country:
    """One document. network country serial root next_root sealing{number: key} lost[numbers] nodes[]
    ended[] kinds valid (two texts) previous (32 bytes or None)"""
    ended = lost = ()

    def origin(self, node):
        return f"{self.network}/{self.country}/{node.name}/{node.incarnation}"

    def root_name(self):
        return f"{self.network}/{self.country}"

    def fingerprint(self):
        return fingerprint(self.network, self.root)

    def text(self):
        b64 = note.base64_text
        lines = ["cairn country 1", f"network {self.network}", f"country {self.country}",
                 f"serial {self.serial}", f"root {b64(self.root)}",
                 f"next-root {b64(self.next_root)}"]
        lines += [f"sealing {number} {b64(key)}" for number, key in sorted(self.sealing.items())]
        lines += [f"lost {number}" for number in sorted(self.lost)]
        lines += [f"node {n.name} {n.incarnation} {b64(n.log)} {b64(n.witness)} {b64(n.tls)} "
                  f"{n.endpoint}" for n in self.nodes]
        lines += [e.line() for e in self.ended]
        lines += [f"kinds {self.kinds}", f"valid {self.valid[0]} {self.valid[1]}",
                  f"previous {b64(self.previous) if self.previous else '-'}"]
        return "".join(line + "\n" for line in lines)


def fingerprint(network, root):
    return proquints(sha256(label("cairn country v1") + network.encode() + b"\n" + root)[:16])


def is_endpoint(text):
    match = HOST_PORT.fullmatch(text)
    return text == "-" or match is not None and int(match[2]) <= 0xFFFF


def count(text, limit=1 << 64):
    """A decimal number from 1."""
    number = decimal(text, limit)
    need(number >= 1, "a number that counts from 1 is 0")
    return number


def base64_of_32(text):
    data = note.base64_bytes(text)
    need(len(data) == 32, "not 32 bytes of base64")
    return data


def instant(text):
    need(INSTANT.fullmatch(text), "malformed time")
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise Broken("no such time") from None


class Lines:
    """The text line by line; every line is a word and its values, single spaces between."""

    def __init__(self, text):
        self.lines, self.at = text.split("\n")[:-1], 0

    def is_next(self, word):
        return self.at < len(self.lines) and self.lines[self.at].split(" ")[0] == word

    def take(self, word, count):
        need(self.is_next(word), f"line {self.at + 1}: '{word}' expected")
        values = self.lines[self.at].split(" ")[1:]
        self.at += 1
        need(len(values) == count and all(values), f"line {self.at}: malformed")
        return values


def parse_text(text):
    lines, c = Lines(text), Country()
    need(lines.take("cairn", 2) == ["country", "1"], "not a country document of version 1")
    c.network, = lines.take("network", 1)
    c.country, = lines.take("country", 1)
    need(is_network(c.network) and is_country(c.country), "malformed network or country")
    c.serial = count(lines.take("serial", 1)[0])
    c.root = base64_of_32(lines.take("root", 1)[0])
    c.next_root = base64_of_32(lines.take("next-root", 1)[0])
    c.sealing = {}
    while not c.sealing or lines.is_next("sealing"):
        number, key = lines.take("sealing", 2)
        number = count(number, 1 << 32)
        need(not c.sealing or number > max(c.sealing), "sealing numbers do not ascend")
        c.sealing[number] = base64_of_32(key)
    need(len(c.sealing) <= SEALING_MAX, "too many sealing keys")
    c.lost = []
    while lines.is_next("lost"):
        number = count(lines.take("lost", 1)[0], 1 << 32)
        need(number in c.sealing, "a lost key that has no line")
        need(number < max(c.sealing), "the key to seal to is lost")
        need(not c.lost or number > c.lost[-1], "lost numbers do not ascend")
        c.lost.append(number)
    c.nodes = []
    while not c.nodes or lines.is_next("node"):
        c.nodes.append(parse_node(lines.take("node", 6)))
    need(len(c.nodes) <= NODES_MAX, "too many nodes")
    c.ended = []
    while lines.is_next("ended"):
        c.ended.append(parse_ended(lines.take("ended", 6)))
    need(len(c.ended) <= ENDED_MAX, "too many ended origins")
    pairs = [(n.name, n.incarnation) for n in c.nodes + c.ended]
    need(len(set(pairs)) == len(pairs), "an origin stands twice")
    used = {key for n in c.nodes for key in (n.log, n.witness)}
    need(all(e.log not in used and e.witness not in used for e in c.ended),
         "a node has a key of an origin that ended")
    c.kinds = count(lines.take("kinds", 1)[0], 1 << 32)
    c.valid = lines.take("valid", 2)
    need(instant(c.valid[0]) < instant(c.valid[1]), "valid: ends before it begins")
    previous, = lines.take("previous", 1)
    c.previous = None if previous == "-" else base64_of_32(previous)
    need(lines.at == len(lines.lines), "line after the last one")
    return c


def parse_node(values):
    name, incarnation, log, witness, tls, endpoint = values
    need(NAME.fullmatch(name), "malformed node name")
    need(is_endpoint(endpoint), "malformed endpoint")
    return Node(name, count(incarnation), base64_of_32(log), base64_of_32(witness), base64_of_32(tls),
                endpoint)


def parse_ended(values):
    name, incarnation, log, witness, size, root = values
    need(NAME.fullmatch(name), "malformed node name")
    return Ended(name, count(incarnation), base64_of_32(log), base64_of_32(witness),
                 decimal(size), base64_of_32(root))


def parse(raw):
    """The document of a note whose one signature is by the root key in its text."""
    text, signatures = note.split(raw)
    document = parse_text(text)
    need(len(signatures) == 1, "a country document has exactly one signature")
    (name, signature), = signatures
    need(name == document.root_name(), "signature by another name than the country's")
    need(note.check_signature(text, signature, name, document.root), "root signature is wrong")
    return document
