"""A node that only writes: feeds, flushes, checkpoints. Slow, shows all. Protocol P-30 to P-45.

    journal = Journal(origin, log seed)
    feed = journal.control()  or  journal.pairwise(...)  or  journal.audience(...)
    journal.begin([feed, ...], order)     leaf indexes are known from here on
    journal.append(feed, operation, fresh)
    journal.flush(policy hash)            gives the flush, and a new checkpoint"""
import entry
import feed
import journal
import merkle
import note
import operation
from names import split_origin
from primitives import ed25519_public, sha256


class Feed:
    """kind name id epochs[EpochKeys] nonces[] members{} entries[] leaf_hashes[] commits[]"""

    def __init__(self, kind, name, feed_id, keys):
        self.kind, self.name, self.id, self.epochs = kind, name, feed_id, [keys] if keys else []
        self.nonces, self.members = [], {}
        self.entries, self.leaf_hashes, self.commits = [], [], []
        self.epoch = 0
        self.pending = []


class Entry:
    """index algorithms prefix body stub id leaf_hash operation fresh sealed{} feed origin"""

    def key(self):
        return self.sealed["content_key"] if self.sealed else None


class Commit:
    """feed opening salt tag hash leaf raw entries[]"""


class Flush:
    """commits[] checkpoint (note) text size root"""


class Journal:
    def __init__(self, origin, log_seed):
        self.origin, self.log_seed = origin, log_seed
        self.log_public = ed25519_public(log_seed)
        self.leaves, self.feeds, self.flushes = [], [], []
        self.places, self.start = {}, 0

    # feeds

    def add(self, new):
        self.feeds.append(new)
        return new

    def control(self):
        keys = feed.EpochKeys(feed.control_secret(self.origin), self.origin)
        return self.add(Feed("control", "control", feed.control_id(self.origin), keys))

    def pairwise(self, partner, sealing_private, partner_public):
        feed_id, secret = feed.pairwise(self.origin, partner, sealing_private, partner_public)
        return self.add(Feed("pairwise", f"pairwise {partner}", feed_id,
                             feed.EpochKeys(secret, self.origin)))

    def audience(self, name, members):
        """Known by its id once its feed.open is appended."""
        own = split_origin(self.origin)[1]
        assert own in members
        new = Feed("private" if set(members) == {own} else "audience", name, None, None)
        new.members = dict(members)
        return self.add(new)

    # entries

    def begin(self, feeds, order):
        """order: a permutation of the feeds, the order of their leaves."""
        self.start = len(self.leaves)
        self.places = {id(feeds[which]): self.start + at for at, which in enumerate(order)}

    def leaf_index(self, to):
        return self.places[id(to)]

    def open_audience(self, to, secret, nonce, hlc, continues=None):
        body = {1: nonce, 2: sha256(secret),
                3: feed.wraps(secret, self.origin, nonce, 0, to.members)}
        if continues is not None:
            body[4] = continues
        o = operation.make(operation.FEED_OPEN, hlc, body)
        to.id = feed.audience_id(self.origin, o.encode())
        to.epochs, to.nonces = [feed.EpochKeys(secret, self.origin)], [nonce]
        return self.append(to, o)

    def rekey(self, to, secret, nonce, hlc):
        epoch = to.epoch + 1
        o = operation.make(operation.FEED_REKEY, hlc, {
            1: epoch, 2: nonce, 3: sha256(secret),
            4: feed.wraps(secret, self.origin, nonce, epoch, to.members)})
        to.epochs.append(feed.EpochKeys(secret, self.origin))
        to.nonces.append(nonce)
        return self.append(to, o)

    def admit(self, to, country, sealing_public, hlc):
        wraps = [feed.wrap(keys.secret, self.origin, nonce, at, (country, sealing_public))
                 for at, (keys, nonce) in enumerate(zip(to.epochs, to.nonces))]
        to.members[country] = sealing_public
        return self.append(to, operation.make(operation.FEED_ADMIT, hlc,
                                              {1: country, 2: sealing_public, 3: wraps}))

    def close(self, to, hlc):
        size = len(to.leaf_hashes) + 1
        return self.append(to, operation.make(operation.FEED_CLOSE, hlc, {1: size}))

    def append(self, to, o, fresh=None):
        """fresh: 32 bytes where the entry is to be sealed."""
        is_clear = to.kind == "control" or o.kind in operation.CLEAR_KINDS
        assert is_clear == (fresh is None)
        e, raw = Entry(), o.encode()
        assert operation.decode(raw).encode() == raw
        e.operation, e.fresh, e.feed, e.origin = o, fresh, to, self.origin
        e.index, e.algorithms = len(to.leaf_hashes), entry.CLEAR if is_clear else entry.SEALED
        e.prefix = entry.prefix(e.algorithms, to.epoch)
        place = (self.origin, to.id, e.prefix, e.index)
        e.sealed = None if is_clear else entry.seal(raw, place, to.epochs[to.epoch].slot, fresh)
        e.body = raw if is_clear else e.sealed["body"]
        e.stub = entry.stub(e.prefix, e.index, e.body)
        e.id, e.leaf_hash = entry.entry_id(to.id, e.stub), entry.feed_leaf(e.stub)
        to.leaf_hashes.append(e.leaf_hash)
        to.entries.append(e)
        to.pending.append(e)
        return e

    # flushes

    def flush(self, policy=journal.NO_POLICY):
        f = Flush()
        planned = [x for x in self.feeds if id(x) in self.places]
        f.commits = sorted((self.commit(x, policy) for x in planned),
                           key=lambda commit: commit.opening.leaf_index)
        self.leaves += [commit.leaf for commit in f.commits]
        f.size, f.root = len(self.leaves), merkle.root([merkle.leaf(x) for x in self.leaves])
        f.text = note.checkpoint_text(self.origin, f.size, f.root)
        f.checkpoint = note.sign(f.text, self.origin, self.log_seed, self.log_public)
        self.flushes.append(f)
        self.places = {}
        return f

    def commit(self, of, policy):
        c, keys = Commit(), of.epochs[of.epoch]
        number = len(of.commits)
        previous = of.commits[-1].opening.leaf_index + 1 if of.commits else 0
        size = len(of.leaf_hashes)
        c.feed, c.entries, of.pending = of, of.pending, []
        c.opening = journal.Opening(of.id, number, self.places[id(of)], previous,
                                    size - len(c.entries), size, merkle.root(of.leaf_hashes),
                                    policy)
        c.salt, c.tag = journal.salt(keys.salt, number), journal.tag(keys.tag, number)
        c.hash = c.opening.commit_hash(c.salt)
        c.leaf = c.tag + c.hash
        c.raw = journal.encode_commit(c.opening, [(e.prefix, e.body) for e in c.entries])
        of.commits.append(c)
        of.epoch = len(of.epochs) - 1
        return c


# bundles

def add_section(writer, source, wanted, opened, checkpoint, bare=()):
    """wanted: feeds with their record and commits; opened: of these, whose bodies get their keys;
    bare: feeds whose commits come without a feed record.

    One leaves record for each flush, so that all places of a commit record occur."""
    writer.add(3, source.origin)
    for f in wanted:
        writer.add(4, f.id, source.origin, [[keys.tag, keys.salt] for keys in f.epochs])
    for flush in source.flushes:
        writer.add(5, b"".join(commit.leaf for commit in flush.commits))
        for c in flush.commits:
            if c.feed in wanted or c.feed in bare:
                keys = [e.key() if c.feed in opened else None for e in c.entries]
                writer.add(6, c.raw, c.salt, keys)
    writer.add(7, checkpoint)


def false_checkpoint(source, size):
    """Another root at this size, signed with the same key: the other history's first leaf differs."""
    leaves = [merkle.leaf(leaf) for leaf in [bytes(48)] + source.leaves[1:size]]
    text = note.checkpoint_text(source.origin, size, merkle.root(leaves))
    return note.sign(text, source.origin, source.log_seed, source.log_public)


def add_fork(writer, source, note_a, note_b, size_a):
    """Two statements, the second about all leaves."""
    leaves = [merkle.leaf(leaf) for leaf in source.leaves]
    nodes = merkle.split_nodes(leaves, size_a) if size_a < len(leaves) else []
    writer.add(10, source.origin, note_a, note_b, nodes)


def add_withheld(writer, source, commit, checkpoint, shown):
    """A leaf that somebody misses. shown: of "record", "earlier" and "late", those that are there."""
    leaves = [merkle.leaf(leaf) for leaf in source.leaves]
    f, o = commit.feed, commit.opening
    key = next(keys.tag for keys in f.epochs if journal.tag(keys.tag, o.number) == commit.tag)
    fields = {0: 11, 1: source.origin, 2: checkpoint, 3: o.leaf_index, 4: commit.leaf,
              5: merkle.inclusion(leaves, o.leaf_index), 6: f.id, 7: o.number, 8: key}
    if "record" in shown:
        fields[9] = f.entries[0].body
    if "earlier" in shown:
        before = f.commits[o.number - 1]
        at = before.opening.leaf_index
        fields |= {10: before.opening.pack(), 11: before.salt, 12: before.leaf,
                   13: merkle.inclusion(leaves, at)}
    if "late" in shown:
        fields |= {14: o.pack(), 15: commit.salt}
    writer.put(fields)


def add_entry(writer, source, e, checkpoint):
    """One entry with its proofs against the journal's last size."""
    commit = next(c for c in e.feed.commits if c.opening.size > e.index)
    leaves = [merkle.leaf(leaf) for leaf in source.leaves]
    writer.add(8, source.origin, checkpoint, commit.leaf,
               merkle.inclusion(leaves, commit.opening.leaf_index), commit.opening.pack(),
               commit.salt, e.index, e.prefix, e.body,
               merkle.inclusion(e.feed.leaf_hashes[:commit.opening.size], e.index), e.key())
