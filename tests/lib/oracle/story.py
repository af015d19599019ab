"""The made-up history behind the vectors: AUT writes, GEO and SRB read, KEN is admitted later.

    flush 1   AUT opens a feed for AUT, GEO and SRB with two alerts, and a private feed
    flush 2   an amendment; a receipt for GEO
    flush 3   heartbeat: private look-ups and a policy
    flush 4   the feed is rekeyed
    flush 5   KEN is admitted
    flush 6   heartbeat: the private feed has nothing new
    flush 7   a withdrawal; the feed is closed"""
import country
import journal
import merkle
import note
import operation as op
from author import Journal
from names import object_id
from primitives import ed25519_public, sha256, x25519_public
from seeds import seed, shuffled

NETWORK = "test-demo"
TIME = 1_772_366_400_000  # 2026-03-01T12:00:00Z
SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
POLICY_TEXT = "policy: 1\naudiences: {region: [GEO, SRB]}\n"


class Nation:
    """name sealing_private{number: key} document note root_seed log_seed witness_seed"""

    def __init__(self, name, node=None):
        self.name, self.document = name, None
        numbers = (1, 2) if node else (1,)
        self.sealing_private = {at: seed(f"{name} sealing {at}") for at in numbers}
        if node:
            self.write_document(node)

    def write_document(self, node):
        self.root_seed, self.next_root_seed = seed(f"{self.name} root"), seed(f"{self.name} root 2")
        self.log_seed, self.witness_seed = seed(f"{self.name} log"), seed(f"{self.name} witness")
        tls = sha256(SPKI_ED25519 + ed25519_public(seed(f"{self.name} tls")))
        d = self.document = country.Country()
        d.network, d.country, d.serial = NETWORK, self.name, 1
        d.root, d.next_root = ed25519_public(self.root_seed), sha256(
            ed25519_public(self.next_root_seed))
        d.sealing = {at: x25519_public(key) for at, key in self.sealing_private.items()}
        d.nodes = [country.Node(node, 1, ed25519_public(self.log_seed),
                                ed25519_public(self.witness_seed), tls, f"{node}.example:7443")]
        d.kinds, d.previous = 1, None
        d.valid = ["2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]
        self.note = note.sign(d.text(), d.root_name(), self.root_seed, d.root)
        assert country.parse(self.note).text() == d.text()

    def origin(self):
        return self.document.origin(self.document.nodes[0])

    def sealing(self):
        """The highest private key."""
        return self.sealing_private[max(self.sealing_private)]


class Story:
    def __init__(self):
        self.nations = {n.name: n for n in (Nation("AUT", "vienna-1"), Nation("GEO", "tbilisi-1"),
                                            Nation("SRB"), Nation("KEN"))}
        self.aut, self.geo = (Journal(self.nations[who].origin(), self.nations[who].log_seed)
                              for who in ("AUT", "GEO"))
        self.now, self.counter, self.policy_hash = TIME, 0, journal.NO_POLICY
        self.marks, self.cosignatures, self.cosigned, self.feeds = [], [], {}, {}
        self.object = object_id("AUT", seed("object A")[:10])
        self.object_entries = []

    def hlc(self):
        self.counter += 1
        return self.now << 16 | self.counter

    def public(self, who):
        return x25519_public(self.nations[who].sealing())

    def write(self, j, f, kind, body, **others):
        """One entry; kinds from 16 on get an officer."""
        if kind >= op.ACCESS_LOOKUP:
            others = {"purpose": "border control", "actors": ["officer-17"],
                      "role": "bureau"} | others
        o = op.make(kind, self.hlc(), body, **others)
        is_clear = f.kind == "control" or kind in op.CLEAR_KINDS
        fresh = None if is_clear else seed(f"fresh {j.origin} {f.name} {len(f.entries)}")
        return j.append(f, o, fresh)

    def begin(self, j, *feeds):
        j.begin(feeds, shuffled(len(feeds), f"order {j.origin} {len(j.flushes)}"))

    def mark(self, j, control, others):
        """others: journals whose last checkpoint was seen."""
        salt = journal.mark_salt(seed(f"mark key {j.origin}"), self.now)
        seen = [(o.origin, o.flushes[-1].size, o.flushes[-1].root) for o in others if o.flushes]
        root = journal.seen_root(salt, seen)
        self.marks.append({"origin": j.origin, "key": seed(f"mark key {j.origin}"),
                           "time_ms": self.now, "salt": salt, "seen": root, "journals": [
                               {"origin": a, "size": b, "root": c} for a, b, c in seen]})
        self.write(j, control, op.CONTROL_MARK, {1: self.now, 2: root, 3: len(seen)})

    def flush(self, j, after_ms):
        done = j.flush(self.policy_hash if j is self.aut else journal.NO_POLICY)
        self.now, self.counter = self.now + after_ms, 0
        return done

    def cosign(self, j, witness, seconds):
        """The last checkpoint with one more line."""
        n, f = self.nations[witness], j.flushes[-1]
        line = note.cosign(f.text, n.origin(), n.witness_seed, ed25519_public(n.witness_seed),
                           seconds)
        self.cosignatures.append({
            "origin": j.origin, "size": f.size, "witness": n.origin(), "seconds": seconds,
            "message": note.cosigned_message(f.text, seconds), "line": line,
            "note": (f.checkpoint + line.encode()).decode()})
        return f.checkpoint + line.encode()


def document_body(nation):
    return {1: sha256(nation.note), 2: nation.document.serial}


def alert(name, text="a word of warning"):
    """Body of an alert.issue, WARN and INFORM_ONLY. docs/format.md, section 3"""
    return {1: 12, 2: 13, 4: 92, 5: text, 6: "AUT-police", 7: TIME, 8: TIME + 180 * 86_400_000,
            9: "2026-05-30", 10: {1: 1, 2: 1, 3: 1, 4: 1}, 11: "desk@example",
            13: [{1: 1, 2: name, 6: 1}], 14: ["1974-08-XX"], 15: 2, 17: ["UTO"]}


def amendment(text):
    """Body of an alert.amend: another text."""
    return {1: {5: text}}


def lookups(time_ms):
    """Body of an access.lookup: one search for a document, no hit."""
    return {1: [{1: time_ms, 2: "border control", 3: "booth", 4: "officer-17", 5: 1,
                 6: ["P", "AUT", "Z1234567"], 7: 0}]}


def from_geo():
    return alert("CHKHEIDZE") | {6: "GEO-police"}


WITHDRAWN = {1: 1}  # executed


def first_flushes(s):
    aut, geo, n = s.aut, s.geo, s.nations
    control = s.feeds["control"] = aut.control()
    to_geo = s.feeds["geo"] = aut.pairwise("GEO", n["AUT"].sealing(), s.public("GEO"))
    to_srb = s.feeds["srb"] = aut.pairwise("SRB", n["AUT"].sealing(), s.public("SRB"))
    region = s.feeds["region"] = aut.audience(
        "region", {who: s.public(who) for who in ("AUT", "GEO", "SRB")})
    private = s.feeds["private"] = aut.audience("private", {"AUT": s.public("AUT")})
    s.begin(aut, control, to_geo, to_srb, region, private)
    s.write(aut, control, op.CONTROL_DOCUMENT, document_body(n["AUT"]))
    s.mark(aut, control, [geo])
    s.opened = aut.open_audience(region, seed("region secret 0"), seed("region nonce 0"), s.hlc())
    aut.open_audience(private, seed("private secret 0"), seed("private nonce 0"), s.hlc())
    for f in (to_geo, to_srb):
        s.write(aut, f, op.FEED_INVITE, {1: region.id, 2: aut.leaf_index(region)})
    s.issue_a = s.write(aut, region, op.ALERT_ISSUE, alert("ANDERS"), object=s.object)
    s.issue_b = s.write(aut, region, op.ALERT_ISSUE, alert("BERGER", "long " * 60),
                        object=object_id("AUT", seed("object B")[:10]))
    s.flush(aut, 400)

    geo_control = geo.control()
    s.feeds["geo control"] = geo_control
    to_aut = s.feeds["to aut"] = geo.pairwise("AUT", n["GEO"].sealing(), s.public("AUT"))
    s.begin(geo, geo_control, to_aut)
    s.write(geo, geo_control, op.CONTROL_DOCUMENT, document_body(n["GEO"]))
    s.mark(geo, geo_control, [aut])
    s.write(geo, to_aut, op.RECEIPT, {1: region.id, 2: 3, 3: region.commits[0].opening.root})
    s.write(geo, to_aut, op.ALERT_ISSUE, from_geo(), object=object_id("GEO", seed("object C")[:10]))
    s.flush(geo, 600)
    s.cosign(aut, "GEO", s.now // 1000)


def middle_flushes(s):
    aut, geo = s.aut, s.geo
    control, to_geo, region, private = (s.feeds[x] for x in ("control", "geo", "region", "private"))
    s.begin(aut, region, to_geo, control)
    s.mark(aut, control, [geo])
    s.amend_a = s.write(aut, region, op.ALERT_AMEND, amendment("a second word"), object=s.object,
                        parents=[s.issue_a.id])
    to_aut = s.feeds["to aut"]
    s.write(aut, to_geo, op.RECEIPT, {1: to_aut.id, 2: 2, 3: to_aut.commits[0].opening.root})
    s.flush(aut, 59_000)

    s.begin(aut, private, control)
    s.mark(aut, control, [geo])
    s.write(aut, private, op.ACCESS_LOOKUP, lookups(s.now), role="booth")
    salt = seed("policy salt")
    s.policy = {"salt": salt, "text": POLICY_TEXT, "hash": journal.policy_hash(salt, POLICY_TEXT)}
    s.write(aut, private, op.POLICY_APPLY, {1: salt, 2: POLICY_TEXT}, role="admin",
            purpose="policy")
    s.flush(aut, 1_000)
    s.policy_hash = s.policy["hash"]

    s.begin(aut, region, control)
    s.write(aut, control, op.CONTROL_POLICY, {1: s.policy_hash})
    s.write(aut, region, op.ALERT_AMEND, amendment("a third word"),
            object=s.issue_b.operation.object, parents=[s.issue_b.id])
    aut.rekey(region, seed("region secret 1"), seed("region nonce 1"), s.hlc())
    s.flush(aut, 2_000)


def last_flushes(s):
    aut, geo, n = s.aut, s.geo, s.nations
    control, to_srb, region, private = (s.feeds[x] for x in ("control", "srb", "region", "private"))
    to_ken = s.feeds["ken"] = aut.pairwise("KEN", n["AUT"].sealing(), s.public("KEN"))
    s.begin(aut, region, control, to_ken)
    s.mark(aut, control, [geo])
    aut.admit(region, "KEN", s.public("KEN"), s.hlc())
    s.write(aut, to_ken, op.FEED_INVITE, {1: region.id, 2: aut.leaf_index(region)})
    s.write(aut, region, op.ALERT_ISSUE, alert("DORN"),
            object=object_id("AUT", seed("object D")[:10]))
    s.flush(aut, 57_000)

    s.begin(aut, control, private)
    s.mark(aut, control, [geo])
    s.flush(aut, 3_000)

    s.begin(aut, to_srb, control, region)
    s.mark(aut, control, [geo])
    s.withdraw_a = s.write(aut, region, op.ALERT_WITHDRAW, WITHDRAWN, object=s.object,
                           parents=[s.amend_a.id], actors=["officer-17", "officer-4"])
    s.write(aut, to_srb, op.ALERT_ISSUE, alert("ANDERS"), object=s.object,
            after=sorted([s.amend_a.id, s.withdraw_a.id]))
    aut.close(region, s.hlc())
    s.flush(aut, 500)

    geo_control, to_aut = s.feeds["geo control"], s.feeds["to aut"]
    s.begin(geo, to_aut, geo_control)
    s.mark(geo, geo_control, [aut])
    s.write(geo, to_aut, op.MISSING, {1: aut.origin, 2: len(aut.leaves) - 1})
    s.flush(geo, 500)


def tell():
    s = Story()
    first_flushes(s)
    middle_flushes(s)
    last_flushes(s)
    s.object_entries = [s.opened, s.issue_a, s.amend_a, s.withdraw_a]
    s.cosigned = {"AUT": s.cosign(s.aut, "GEO", s.now // 1000), "GEO": s.geo.flushes[-1].checkpoint}
    check(s)
    return s


def check(s):
    """What the story promises holds, or the vectors are not worth a byte."""
    assert merkle.root([merkle.leaf(x) for x in s.aut.leaves]) == s.aut.flushes[-1].root
    assert len(s.aut.leaves) == 5 + 3 + 2 + 2 + 3 + 2 + 3
    private = s.feeds["private"]
    assert private.commits[-1].entries == [] and private.commits[-1].opening.number == 2
