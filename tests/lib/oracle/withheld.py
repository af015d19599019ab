"""Leaves whose content did not come, and who said so. Protocol P-96, P-97."""
import bundle
import feed
import journal
import merkle
import operation
from broken import need
from names import split_origin


class Leaf:
    """What a withheld record says of its leaf. The fields are those of P-96."""

    def __init__(self, f):
        self.origin, self.index, self.leaf, self.path = f[1], f[3], f[4], f[5]
        self.feed_id, self.number, self.key = f[6], f[7], f[8]
        self.record, self.members = f.get(9), None
        self.earlier = f.get(10) and (journal.parse_opening(f[10]), f[11], f[12], f[13])
        self.late = f.get(14) and (journal.parse_opening(f[14]), f[15])

    def has_tag(self, number, leaf):
        need(journal.tag(self.key, number) == leaf[:16], "the leaf does not bear the tag of this key")

    def is_opened_by(self, opening, salt, leaf):
        opening.check()
        need(opening.commit_hash(salt) == leaf[16:], "commit hash is not the leaf's")
        need(opening.feed_id == self.feed_id, "opening of another feed")

    def check_earlier(self, size, root):
        opening, salt, leaf, path = self.earlier
        need(opening.number < self.number and opening.leaf_index < self.index,
             "the earlier commit is not earlier")
        need(merkle.root_of_inclusion(merkle.leaf(leaf), opening.leaf_index, size, path) == root,
             "the earlier leaf does not lead to the root")
        self.has_tag(opening.number, leaf)
        self.is_opened_by(opening, salt, leaf)

    def check_late(self):
        opening, salt = self.late
        need((opening.number, opening.leaf_index) == (self.number, self.index),
             "opening of another commit")
        self.is_opened_by(opening, salt, self.leaf)

    def check_record(self):
        need(feed.audience_id(self.origin, self.record) == self.feed_id,
             "feed id is not that of its feed.open")
        o = operation.decode(self.record)
        need(o.kind == operation.FEED_OPEN, "the record is no feed.open")
        self.members = [country for country, _, _ in o.body[3]]

    def check(self, size, root):
        """What ties the key to the feed."""
        need(merkle.root_of_inclusion(merkle.leaf(self.leaf), self.index, size, self.path) == root,
             "the leaf does not lead to the root")
        self.has_tag(self.number, self.leaf)
        tie = "word"
        if self.earlier:
            self.check_earlier(size, root)
            tie = "earlier"
        if self.late:
            self.check_late()
            tie = "opening"
        if self.feed_id == feed.control_id(self.origin):
            need(self.key == feed.EpochKeys(feed.control_secret(self.origin), self.origin).tag,
                 "tag key is not the control feed's")
            tie = "control"
        if self.record is not None:
            self.check_record()
        return tie


class Missed:
    """The records of scope withheld, in order: a leaf, admissions to its feed, the statement."""

    def __init__(self, verifier):
        self.verifier, self.awaited, self.count = verifier, None, 0

    def take(self, kind, f):
        if kind == bundle.ENTRY:
            need(self.awaited, "entry without a withheld leaf")
            self.verifier.entry(f)
            return
        need(kind == bundle.WITHHELD, "record without a place in a bundle about withheld leaves")
        need(not self.awaited, "nobody says that the leaf is missing")
        scope, v = self.verifier.scope(), self.verifier
        need(len(scope) == 1 or scope[1] == f[1], "withheld leaf of another origin")
        need(v.nodes(f[1]), "no document has introduced the origin")
        size, root = v.checkpoint(f[2], f[1])
        leaf = self.awaited = Leaf(f)
        tie = leaf.check(size, root)
        gone = ", repudiated" if v.repudiated(leaf.origin, leaf.index, checkpoint=(size, root)) else ""
        v.report.lines.append(
            f"withheld leaf {leaf.index} of {leaf.origin}: commit {leaf.number} of feed "
            f"{leaf.feed_id.hex()}, tie {tie}, {'late' if leaf.late else 'open'}{gone}")

    def said(self, origin, feed_id, o):
        """An entry behind the leaf; o: its operation, if it is open."""
        leaf = self.awaited
        if o is not None and o.kind == operation.FEED_ADMIT:
            need((origin, feed_id) == (leaf.origin, leaf.feed_id) and leaf.members is not None,
                 "admission to another feed")
            leaf.members.append(o.body[1])
            return
        need(o is not None and o.kind == operation.MISSING,
             "entry that says nothing about the withheld leaf")
        need((o.body[1], o.body[2]) == (leaf.origin, leaf.index),
             "the statement is about another leaf")
        country = split_origin(origin)[1]
        need(country != split_origin(leaf.origin)[1], "a country misses its own commit")
        need(leaf.members is None or country in leaf.members,
             "who misses it is not a member of the feed")
        self.awaited, self.count = None, self.count + 1
