"""One journal section: tags, commits, feeds, entries in order. Protocol P-20 to P-41, P-81, P-82."""
import entry
import feed
import journal
import merkle
import operation
from broken import need
from bundle import EPOCHS_MAX
from names import split_origin


def check_entry(place, body, key):
    """One entry by itself. place: (origin, feed id, prefix, index); key: content key or None.

    Gives the operation, or None where it stays sealed."""
    origin, feed_id, prefix, index = place
    algorithms, _ = entry.parse_prefix(prefix)
    is_control = feed_id == feed.control_id(origin)
    if algorithms == entry.CLEAR:
        need(key is None, "content key for a clear entry")
        o = operation.decode(body)
        need(o.kind in (operation.CONTROL_KINDS if is_control else operation.CLEAR_KINDS),
             "this kind has no place in a control feed" if is_control
             else "this kind may not be clear")
        need(o.kind != operation.FEED_OPEN or index == 0, "feed.open is not the first entry")
        need(o.kind != operation.FEED_OPEN or feed_id == feed.audience_id(origin, body),
             "feed id is not that of its feed.open")
        return o
    need(not is_control, "sealed entry in a control feed")
    entry.check_sealed_shape(body)
    if key is None:
        return None
    o = operation.decode(entry.open_with_key(body, place, key))
    need(o.kind not in operation.CLEAR_KINDS, "this kind may not be sealed")
    return o


class FeedHistory:
    """What the commits of one feed so far make of it."""

    def __init__(self, origin, feed_id):
        self.origin, self.id = origin, feed_id
        self.keys = None              # [[tag key, salt key] of each epoch] of its feed record
        self.next_number, self.epoch, self.previous_leaf = 0, 0, 0
        self.leaf_hashes, self.members = [], None
        self.is_closed = self.has_stood_still = False
        self.mark = 0                 # time of the last one
        self.scanned = 0              # leaves below this one were looked at for the next tag

    def has_only_author(self):
        return self.members is not None and self.members == {split_origin(self.origin)[1]}

    def next_tag(self):
        need(self.epoch < len(self.keys), "feed record lacks the keys of an epoch")
        return journal.tag(self.keys[self.epoch][0], self.next_number)

    def scan(self, leaves, end):
        """No leaf from where we stand up to the end bears the next tag."""
        if self.keys is None:
            return
        wanted = self.next_tag()
        for at in range(self.scanned, end):
            need(leaves[at][:16] != wanted,
                 f"leaf {at} bears the next tag of feed {self.id.hex()}, and no commit follows")
        self.scanned = max(self.scanned, end)

    def commit(self, opening, salt, leaves):
        """Place of the commit, before its entries are looked at."""
        leaf = leaves[opening.leaf_index]
        need(opening.number == self.next_number, "commit number does not continue the feed")
        need(opening.previous_leaf == self.previous_leaf,
             "previous leaf does not continue the feed")
        need(opening.previous_size == len(self.leaf_hashes),
             "previous size does not continue the feed")
        self.scan(leaves, opening.leaf_index)
        if self.keys is not None:
            need(leaf[:16] == self.next_tag(), "the leaf does not bear the feed's next tag")
            need(salt == journal.salt(self.keys[self.epoch][1], opening.number),
                 "salt is not that of the commit")
        need(opening.commit_hash(salt) == leaf[16:], "commit hash is not the leaf's")

    def add(self, place, body, key, is_last):
        """One entry of the commit in hand. Gives the operation or None."""
        _, _, prefix, index = place
        need(not self.is_closed, "entry after the close of its feed")
        need(entry.parse_prefix(prefix)[1] == self.epoch, "entry of another epoch")
        o = check_entry(place, body, key)
        if o is not None and o.kind in operation.CLEAR_KINDS:
            self.feed_entry(o, index, is_last)
        if o is not None and o.kind == operation.CONTROL_MARK:
            need(o.body[1] > self.mark, "mark is not later than the one before it")
            self.mark = o.body[1]
        self.leaf_hashes.append(entry.feed_leaf(entry.stub(prefix, index, body)))
        return o

    def feed_entry(self, o, index, is_last):
        """An entry that changes the feed itself."""
        if o.kind == operation.FEED_CLOSE:
            need(is_last, "feed.close is not the last entry of its commit")
            need(o.body[1] == index + 1, "feed.close names another size")
            self.is_closed = True
            return
        if o.kind == operation.FEED_OPEN:
            self.members = self.wrapped_for(o.body[3])
            need(split_origin(self.origin)[1] in self.members, "the author is not a member")
            return
        need(self.members is not None, "feed.admit or feed.rekey in a feed without open record")
        if o.kind == operation.FEED_ADMIT:
            need(not self.has_stood_still, "feed.admit in a private feed")
            need(o.body[1] not in self.members, "feed.admit of a member")
            need(len(o.body[3]) == self.epoch + 1, "feed.admit has not one wrap for each epoch")
            self.members = self.members | {o.body[1]}
            need(len(self.members) <= operation.MEMBERS_MAX, "feed with too many members")
            return
        need(is_last, "feed.rekey is not the last entry of its commit")
        need(o.body[1] == self.epoch + 1 < EPOCHS_MAX, "feed.rekey does not begin the next epoch")
        need(self.wrapped_for(o.body[4]) == self.members, "feed.rekey is not for every member")
        self.epoch += 1

    @staticmethod
    def wrapped_for(rows):
        countries = [row[0] for row in rows]
        need(all(a < b for a, b in zip(countries, countries[1:])),
             "wraps do not ascend by country")
        return set(countries)

    def end_commit(self, opening):
        stands_still = opening.size == opening.previous_size
        need(not stands_still or self.has_only_author(), "commit without growth")
        self.has_stood_still = self.has_stood_still or stands_still
        need(merkle.root(self.leaf_hashes) == opening.root, "stubs do not lead to the feed's root")
        self.next_number += 1
        self.previous_leaf = opening.leaf_index + 1
        self.scanned = opening.leaf_index + 1

    def end(self):
        """At the closing size: the record has the keys of all epochs, and no others."""
        need(self.keys is None or len(self.keys) == self.epoch + 1,
             "feed record has keys of other epochs")


class Section:
    def __init__(self, origin):
        self.origin, self.leaves, self.chunk_start = origin, [], 0
        self.feeds, self.last_leaf = {}, -1
        self.commits = self.entries = self.opened = 0
        self.placed = []         # (leaf index, number of entries) of each commit
        self.lost = []           # body of feed.lost, and how many entries of that feed are shown

    def feed_record(self, feed_id, origin, keys):
        need(not self.leaves, "feed record after a leaves record")
        need(origin == self.origin, "feed record of another journal")
        need(feed_id not in self.feeds, "two records of one feed")
        f = self.feeds[feed_id] = FeedHistory(origin, feed_id)
        f.keys = keys
        if feed_id == feed.control_id(origin):
            derived = feed.EpochKeys(feed.control_secret(origin), origin)
            need(keys == [[derived.tag, derived.salt]], "keys of the control feed are wrong")

    def leaves_record(self, raw):
        self.scan()
        self.chunk_start = len(self.leaves)
        self.leaves += [raw[at:at + 48] for at in range(0, len(raw), 48)]

    def scan(self):
        for f in self.feeds.values():
            f.scan(self.leaves, len(self.leaves))

    def commit_record(self, raw, salt, keys):
        opening, entries = journal.parse_commit(raw)
        need(self.chunk_start <= opening.leaf_index < len(self.leaves),
             "the commit's leaf is not in the leaves record before it")
        need(opening.leaf_index > self.last_leaf, "commits are not in the order of their leaves")
        self.last_leaf = opening.leaf_index
        need(len(keys) == len(entries), "not one content key or nil for each entry")
        f = self.feeds.setdefault(opening.feed_id, FeedHistory(self.origin, opening.feed_id))
        f.commit(opening, salt, self.leaves)
        for at, ((prefix, body), key) in enumerate(zip(entries, keys)):
            place = (self.origin, f.id, prefix, opening.previous_size + at)
            o = f.add(place, body, key, at == len(entries) - 1)
            self.opened += o is not None and prefix[1] == entry.SEALED
            if o is not None and o.kind == operation.FEED_LOST:
                of = self.feeds.get(o.body[1])
                self.lost.append((o.body, len(of.leaf_hashes) if of else 0))
        f.end_commit(opening)
        self.placed.append((opening.leaf_index, len(entries)))
        self.commits, self.entries = self.commits + 1, self.entries + len(entries)

    def finish(self):
        self.scan()
        for f in self.feeds.values():
            f.end()
