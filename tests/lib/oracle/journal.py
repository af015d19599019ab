"""Journals: openings, commits, tags, salts, log ids, marks, policy hashes. Protocol P-40, P-46."""
import struct

import merkle
from broken import need
from primitives import aes_block, hmac_sha256, label, sha256, u32, u64

OPENING = struct.Struct(">16sQQQQQ32s32s")
NO_POLICY = bytes(32)
ENTRIES_MAX = 960 * 1024


class Opening:
    """feed_id number leaf_index previous_leaf (plus 1, 0 none) previous_size size root policy"""

    def __init__(self, feed_id, number, leaf_index, previous_leaf, previous_size, size, root,
                 policy):
        self.feed_id, self.number, self.leaf_index = feed_id, number, leaf_index
        self.previous_leaf, self.previous_size, self.size = previous_leaf, previous_size, size
        self.root, self.policy = root, policy

    def pack(self):
        return OPENING.pack(self.feed_id, self.number, self.leaf_index, self.previous_leaf,
                            self.previous_size, self.size, self.root, self.policy)

    def commit_hash(self, salt):
        return sha256(label("cairn commit v1") + salt + self.feed_id + u64(self.size) + self.root
                      + u64(self.previous_leaf) + self.policy)

    def check(self):
        """What must hold in any opening, whatever the feed."""
        need((self.number == 0) == (self.previous_leaf == 0),
             "only the first commit has no previous leaf")
        need(self.number > 0 or self.previous_size == 0, "the first commit begins at size 0")
        need(self.previous_leaf <= self.leaf_index, "previous leaf is not before the leaf")
        need(self.previous_size <= self.size, "feed shrinks")


def parse_opening(raw):
    need(len(raw) == OPENING.size, "an opening has 120 bytes")
    return Opening(*OPENING.unpack(raw))


def salt(salt_key, number):
    return hmac_sha256(salt_key, u64(number))


def tag(tag_key, number):
    return aes_block(tag_key, u64(0) + u64(number))


def policy_hash(salt_32, text):
    return sha256(label("cairn policy v1") + salt_32 + text.encode())


def encode_commit(opening, entries):
    """entries: [(prefix, body), ...]"""
    return opening.pack() + u32(len(entries)) + b"".join(
        u32(len(body)) + prefix + body for prefix, body in entries)


def parse_commit(raw):
    """Opening and [(prefix, body), ...]; the number of entries is what the sizes say."""
    need(len(raw) >= 124, "commit is cut off")
    need(len(raw) - 124 <= ENTRIES_MAX, "commit is too long")
    opening = parse_opening(raw[:120])
    opening.check()
    count, at, entries = int.from_bytes(raw[120:124], "big"), 124, []
    need(count == opening.size - opening.previous_size, "number of entries is not the growth")
    for _ in range(count):
        need(len(raw) - at >= 12, "commit is cut off")
        size = int.from_bytes(raw[at:at + 4], "big")
        need(len(raw) - at - 12 >= size, "commit is cut off")
        entries.append((raw[at + 4:at + 12], raw[at + 12:at + 12 + size]))
        at += 12 + size
    need(at == len(raw), "bytes after the commit")
    return opening, entries


def journal_log_id(origin):
    return sha256(label("cairn journal v1") + origin.encode())[:16]


def mark_salt(node_key, time_ms):
    return hmac_sha256(node_key, u64(time_ms))


def seen_root(salt_32, journals):
    """journals: [(origin, size, root), ...]"""
    return merkle.root([
        merkle.leaf(sha256(label("cairn seen v1") + salt_32 + origin.encode() + b"\0" + u64(size)
                           + root))
        for origin, size, root in sorted(journals)])
