"""Entries: stubs, ids, sealed bodies. Protocol P-20 to P-24."""
import merkle
from broken import need
from primitives import gcm_open, gcm_seal, hmac_sha256, label, sha256, u16, u32, u64

CLEAR, SEALED = 0, 1
SEALED_MIN = 48 + 32 + 64 + 16
SEALED_MAX = 48 + 32 + (4 + 256 * 1024 + 63) // 64 * 64 + 16


def prefix(algorithms, epoch):
    return bytes([1, algorithms]) + u16(0) + u32(epoch)


def parse_prefix(raw):
    """algorithms, epoch"""
    need(raw[0] == 1, "entry version is not 1")
    need(raw[1] in (CLEAR, SEALED), "unknown algorithms of an entry")
    need(raw[2:4] == b"\0\0", "entry flags are not 0")
    return raw[1], int.from_bytes(raw[4:8], "big")


def stub(prefix_8, index, body):
    return prefix_8 + u64(index) + sha256(body)


def entry_id(feed_id, stub_48):
    return sha256(label("cairn entry v1") + feed_id + stub_48)


def feed_leaf(stub_48):
    return merkle.leaf(stub_48)


def pad(operation):
    whole = u32(len(operation)) + operation
    return whole + bytes(-len(whole) % 64)


def unpad(plaintext):
    need(len(plaintext) >= 64 and len(plaintext) % 64 == 0, "plaintext is no multiple of 64")
    size = int.from_bytes(plaintext[:4], "big")
    need(size <= len(plaintext) - 4, "length in the plaintext is too large")
    operation = plaintext[4:4 + size]
    need(pad(operation) == plaintext, "padding is not the shortest, or not zero")
    return operation


def aad_of(origin, feed_id, prefix_8, index):
    return origin.encode() + feed_id + prefix_8 + u64(index)


def commitment_of(key):
    return sha256(label("cairn key v1") + key)


def content_key(fresh, aad, plaintext):
    return hmac_sha256(fresh, sha256(aad + plaintext))


def make_slot(slot_key, commitment, key, feed_id, index):
    return gcm_seal(slot_key, commitment[:12], key, feed_id + u64(index))


def seal(operation, place, slot_key, fresh):
    """place: (origin, feed id, prefix, index). Gives the body and every value on the way to it."""
    origin, feed_id, prefix_8, index = place
    plaintext, aad = pad(operation), aad_of(*place)
    key = content_key(fresh, aad, plaintext)
    commitment = commitment_of(key)
    slot = make_slot(slot_key, commitment, key, feed_id, index)
    ciphertext = gcm_seal(key, bytes(12), plaintext, aad)
    return dict(plaintext=plaintext, aad=aad, content_key=key, commitment=commitment, slot=slot,
                ciphertext=ciphertext, body=slot + commitment + ciphertext)


def check_sealed_shape(body):
    need(SEALED_MIN <= len(body) <= SEALED_MAX and (len(body) - 96) % 64 == 0,
         "a sealed body cannot have this length")


def open_with_key(body, place, key):
    """The operation's bytes. The commitment comes first."""
    check_sealed_shape(body)
    need(commitment_of(key) == body[48:80], "content key does not match the commitment")
    return unpad(gcm_open(key, bytes(12), body[80:], aad_of(*place)))


def key_in_slot(body, place, slot_key):
    check_sealed_shape(body)
    return gcm_open(slot_key, body[48:60], body[:48], place[1] + u64(place[3]))


def open_with_slot(body, place, slot_key):
    return open_with_key(body, place, key_in_slot(body, place, slot_key))
