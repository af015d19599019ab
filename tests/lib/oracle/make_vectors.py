"""Writes the vectors of the protocol:  make_vectors.py [FOLDER]

FOLDER (tests/data/vectors) gets protocol.json and seven bundles, the same bytes at each run. Every
secret, nonce and handful of 'fresh' bytes is SHA-256 of "cairn vectors " and a name, so nothing
here may ever serve as a key. The fields are described in tests/data/vectors/README.md."""
import json
import pathlib
import sys

import bundle
import canonical
import feed
import journal
import merkle
import names
import note
import operation as op
import story
from author import add_entry, add_fork, add_section, add_withheld, false_checkpoint
from primitives import ed25519_public, sha256, x25519_public
from seeds import seed


def plain(value):
    """The same value with bytes as hex, for JSON."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


# small things

def canonical_vectors():
    good = [0, 127, 128, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1, -1, -32,
            -33, -128, -129, -32768, -32769, -(1 << 31), -(1 << 31) - 1, -(1 << 63), True, False,
            None, "", "a" * 31, "a" * 32, "\u0153 \u10e5\u10d0\u10e0\u10d7 \U0001f6c2", b"",
            bytes(255), bytes(256), [], [0] * 15, [0] * 16, {}, {0: 1, 5: "x"},
            {n: n for n in range(16)}, {128: [{1: None}]}]
    deep = b"\x91" * 16 + b"\xc0"
    bad = {"cc7f": "8 bits where 7 do", "cd00ff": "16 bits where 8 do", "ce0000ffff": "32 for 16",
           "cf00000000ffffffff": "64 for 32", "d0e0": "signed 8 where the short form does",
           "d001": "positive number in a signed form", "d1ff80": "signed 16 where 8 do",
           "d2ffff8000": "signed 32 where 16 do", "d3ffffffff80000000": "signed 64 where 32 do",
           "d90161": "text length in 8 bits where 5 do", "da002061": "text length not shortest",
           "c50001aa": "bin length in 16 bits where 8 do", "c600000001aa": "bin length in 32 bits",
           "dc000100": "array length in 16 bits where 4 do", "dd0000000100": "array in 32 bits",
           "de00010000": "map length in 16 bits where 4 do", "df000000010000": "map in 32 bits",
           "ca3f800000": "float 32", "cb3ff0000000000000": "float 64", "c1": "never used",
           "d40100": "extension", "c7010000": "extension 8", "8200010001": "key twice",
           "8201010001": "keys descend", "81ff00": "negative key", "81a16100": "text as key",
           "81c000": "nil as key", "81c20000": "bool as key", "a100": "NUL in text",
           "a1ff": "no UTF-8", "a2c080": "overlong UTF-8", "a3eda080": "surrogate",
           "a4f4908080": "above U+10FFFF", "c0c0": "bytes after the value", "": "empty",
           "92c0": "cut off", "a261": "text cut off", "c4": "length cut off",
           "ddffffffff": "array longer than the input", "dfffffffff": "map longer than the input",
           (b"\x91" * 17 + b"\xc0").hex(): "17 levels"}
    return {"good": [{"hex": canonical.encode(value).hex()} for value in good]
            + [{"hex": deep.hex()}],
            "bad": [{"hex": raw, "why": why} for raw, why in bad.items()]}


def merkle_vectors():
    leaves = [merkle.leaf(bytes([at])) for at in range(33)]
    sizes = (0, 1, 2, 3, 4, 7, 8, 9, 16, 31, 33)
    return {"leaf_data": [bytes([at]).hex() for at in range(33)],
            "roots": [{"size": size, "root": merkle.root(leaves[:size])} for size in sizes],
            "inclusion": [{"index": index, "size": size,
                           "path": merkle.inclusion(leaves[:size], index)}
                          for size in sizes for index in (0, 5, size - 1) if 0 <= index < size],
            "consistency": [{"old": old, "size": size,
                             "path": merkle.consistency(leaves[:size], old)}
                            for size in sizes for old in (1, 2, 6, 8, size) if 0 < old <= size]}


def name_vectors():
    objects = [names.object_id(who, seed(f"object id {at}")[:10])
               for at, who in enumerate(("AUT", "GEO", "UNO", "KEN", "UTO"))]
    return {"proquints": [{"hex": raw.hex(), "words": names.proquints(raw)} for raw in
                          (b"\0\0", b"\x7f\0\0\1", b"\x12\x34\xff\xff", seed("proquints")[:16])],
            "objects": objects,
            "bad_objects": [objects[0][:-1] + ("A" if objects[0][-1] != "A" else "B"),
                            objects[0][:5] + "I" + objects[0][6:], objects[0].lower(),
                            objects[0].replace("-", ""), objects[0] + " "]}


# what the story made

def country_vectors(nations):
    out = []
    for n in nations.values():
        row = {"country": n.name, "sealing": [
            {"number": number, "private": n.sealing_private[number],
             "public": x25519_public(n.sealing_private[number])}
            for number in sorted(n.sealing_private)]}
        if n.document:
            d, node = n.document, n.document.nodes[0]
            origin = d.origin(node)
            row |= {
                "network": d.network, "serial": d.serial, "root_seed": n.root_seed,
                "root_public": d.root, "root_name": d.root_name(),
                "root_key_id": note.key_id(d.root_name(), 1, d.root),
                "next_root_public": ed25519_public(n.next_root_seed), "next_root": d.next_root,
                "nodes": [{"name": node.name, "incarnation": node.incarnation, "origin": origin,
                           "log_seed": n.log_seed, "log_public": node.log,
                           "log_key_id": note.key_id(origin, 1, node.log),
                           "witness_seed": n.witness_seed, "witness_public": node.witness,
                           "witness_key_id": note.key_id(origin, 4, node.witness),
                           "tls_spki_hash": node.tls, "endpoint": node.endpoint,
                           "log_id": journal.journal_log_id(origin)}],
                "text": d.text(), "note": n.note.decode(), "note_hash": sha256(n.note),
                "fingerprint": d.fingerprint()}
        out.append(row)
    return out


def entry_vector(e):
    row = {"index": e.index, "algorithms": e.algorithms, "operation": e.operation.encode(),
           "kind": e.operation.kind, "prefix": e.prefix, "body": e.body,
           "body_hash": sha256(e.body), "stub": e.stub, "entry_id": e.id, "feed_leaf": e.leaf_hash}
    if e.sealed:
        row |= {"fresh": e.fresh, **{key: e.sealed[key] for key in (
            "aad", "plaintext", "content_key", "commitment", "slot", "ciphertext")}}
    return row


def commit_vector(c):
    o = c.opening
    return {"feed": c.feed.name, "feed_id": c.feed.id, "number": o.number,
            "leaf_index": o.leaf_index, "previous_leaf_plus_1": o.previous_leaf,
            "previous_size": o.previous_size, "size": o.size, "root": o.root, "policy": o.policy,
            "opening": o.pack(), "salt": c.salt, "tag": c.tag, "commit_hash": c.hash,
            "leaf": c.leaf, "leaf_hash": merkle.leaf(c.leaf), "commit": c.raw,
            "entries": [entry_vector(e) for e in c.entries]}


def wrap_vectors(f, origin):
    """One row for each wrap that an open, rekey or admit entry of the feed holds."""
    rows = []
    for e in f.entries:
        body = e.operation.body
        if e.operation.kind == op.FEED_OPEN:
            found = [(0, *row) for row in body[3]]
        elif e.operation.kind == op.FEED_REKEY:
            found = [(body[1], *row) for row in body[4]]
        elif e.operation.kind == op.FEED_ADMIT:
            found = [(epoch, body[1], body[2], wrapped) for epoch, wrapped in enumerate(body[3])]
        else:
            continue
        for epoch, who, public, wrapped in found:
            secret, nonce = f.epochs[epoch].secret, f.nonces[epoch]
            rows.append({"entry_index": e.index, "epoch": epoch, "country": who,
                         "sealing_public": public,
                         "info": feed.wrap_info(origin, nonce, epoch, who),
                         "ikm_e": feed.wrap_seed(secret, epoch, who, public), "wrap": wrapped})
    return rows


def feed_vector(f, origin):
    row = {"kind": f.kind, "name": f.name, "feed_id": f.id, "epochs": [
        {"epoch": at, "secret": keys.secret, "secret_hash": sha256(keys.secret),
         "tag_key": keys.tag, "salt_key": keys.salt, "slot_key": keys.slot}
        for at, keys in enumerate(f.epochs)],
        "next_number": len(f.commits),
        "next_tag": journal.tag(f.epochs[-1].tag, len(f.commits))}
    for at, nonce in enumerate(f.nonces):
        row["epochs"][at]["nonce"] = nonce
    if f.nonces:
        row["wraps"] = wrap_vectors(f, origin)
    return row


def journal_vector(j):
    return {"origin": j.origin, "feeds": [feed_vector(f, j.origin) for f in j.feeds],
            "flushes": [{"size": f.size, "root": f.root, "checkpoint_text": f.text,
                         "checkpoint": f.checkpoint.decode(),
                         "commits": [commit_vector(c) for c in f.commits]} for f in j.flushes]}


# bundles

def make_bundles(s):
    """{file name: bytes}"""
    documents = [s.nations[who].note for who in ("AUT", "GEO")]
    region = s.feeds["region"]
    aut_last = s.cosigned["AUT"]
    bare = s.feeds["ken"]

    def begin(scope, documents=documents, by=s.aut):
        w = bundle.Writer(story.NETWORK, by.origin, story.TIME + 900_000, scope)
        for document in documents:
            w.add(bundle.DOCUMENT, document)
        return w

    whole = begin("all")
    add_section(whole, s.aut, s.aut.feeds, [f for f in s.aut.feeds if f is not bare], aut_last)
    add_section(whole, s.geo, s.geo.feeds, s.geo.feeds, s.cosigned["GEO"])
    one_feed = begin(f"feed {region.id.hex()}")
    add_section(one_feed, s.aut, [region], [region], aut_last, bare=[bare])
    one_object = begin(f"object {s.object}")
    for e in s.object_entries:
        add_entry(one_object, s.aut, e, aut_last)
    last = s.aut.flushes[-1]
    fork, same = (begin(f"fork {s.aut.origin}", documents[:1]) for _ in range(2))
    earlier = s.aut.flushes[1].size
    add_fork(fork, s.aut, false_checkpoint(s.aut, earlier), last.checkpoint, earlier)
    add_fork(same, s.aut, last.checkpoint, false_checkpoint(s.aut, last.size), last.size)
    missed = next(c for c in region.commits if c.opening.leaf_index == len(s.aut.leaves) - 1)
    said = next(e for e in s.feeds["to aut"].entries if e.operation.kind == op.MISSING)
    still, late = begin(f"withheld {s.aut.origin}", by=s.geo), begin("withheld", by=s.geo)
    for w, shown in ((still, ("record", "earlier")), (late, ("late",))):
        add_withheld(w, s.aut, missed, aut_last, shown)
        add_entry(w, s.geo, said, s.cosigned["GEO"])
    return {"all.bundle": whole.finish(), "feed.bundle": one_feed.finish(),
            "object.bundle": one_object.finish(), "fork.bundle": fork.finish(),
            "fork_same.bundle": same.finish(), "withheld.bundle": still.finish(),
            "withheld_late.bundle": late.finish()}


def bundle_vector(name, data):
    scope = bundle.parse_record(data[len(bundle.MAGIC) + 4:bundle.records(data)[0][1]])[1][4]
    return {"file": name, "scope": scope, "size": len(data), "sha256": sha256(data),
            "records": [{"offset": start, "size": end - start,
                         "type": bundle.parse_record(data[start + 4:end])[0]}
                        for start, end in bundle.records(data)]}


def make():
    """{file name: bytes}"""
    s = story.tell()
    bundles = make_bundles(s)
    out = {
        "about": "made by tests/lib/oracle/make_vectors.py; see README.md",
        "canonical": canonical_vectors(), "merkle": merkle_vectors(), "names": name_vectors(),
        "countries": country_vectors(s.nations), "policy": s.policy,
        "journals": [journal_vector(s.aut), journal_vector(s.geo)], "marks": s.marks,
        "cosignatures": s.cosignatures,
        "bundles": [bundle_vector(name, data) for name, data in bundles.items()]}
    text = json.dumps(plain(out), indent=1, ensure_ascii=False) + "\n"
    return {"protocol.json": text.encode(), **bundles}


def main():
    folder = pathlib.Path(__file__).resolve().parents[2] / "data" / "vectors"
    if len(sys.argv) > 1:
        folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in make().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
