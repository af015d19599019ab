"""The oracle against published values, its own bundles, and thousands of broken ones. Prints TAP.

Its bundles end with a digest, so a plain flip proves little about the rules: most cases below also
break a record, write a new end record, and ask which record is blamed. CAIRN_SEED replays."""
import os
import pathlib
import random
import sys
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "lib" / "oracle"))

import bundle          # noqa: E402
import canonical       # noqa: E402
import country         # noqa: E402
import entry           # noqa: E402
import feed            # noqa: E402
import hpke            # noqa: E402
import journal         # noqa: E402
import make_vectors    # noqa: E402
import merkle          # noqa: E402
import names           # noqa: E402
import note            # noqa: E402
import operation       # noqa: E402
import story           # noqa: E402
import verify          # noqa: E402
from broken import Broken                                        # noqa: E402
from primitives import ed25519_public, sha256, u32, u64          # noqa: E402

ROUNDS = 2000
MADE = make_vectors.make()
OBJECT, FEED, ALL, FORK, SAME, MISSED, LATE = (
    MADE[f"{name}.bundle"]
    for name in ("object", "feed", "all", "fork", "fork_same", "withheld", "withheld_late"))
CASES = []


def case(function):
    CASES.append(function)
    return function


def fault_of(data):
    """The fault that the verifier finds; None for a whole bundle."""
    try:
        verify.verify(data)
    except verify.Fault as fault:
        assert fault.record >= 1 and len(bundle.MAGIC) <= fault.offset <= len(data)
        assert fault.reason
        return fault
    except verify.NoBundle:
        return "no bundle"
    return None


def refused(do, *arguments):
    try:
        do(*arguments)
    except Broken:
        return True
    return False


# records of a bundle as values, so that one can be changed and the end written anew

def take_apart(data):
    return [canonical.decode(data[start + 4:end]) for start, end in bundle.records(data)][:-1]


def put_together(fields):
    data = bundle.MAGIC
    for record in fields + [None]:
        if record is None:
            record = {0: bundle.END, 1: len(fields), 2: sha256(data)}
        raw = canonical.encode(record)
        data += u32(len(raw)) + raw
    return data


def numbers(fields, kind):
    """Positions from 0 of the records of a kind."""
    return [at for at, record in enumerate(fields) if record[0] == kind]


def flip(data, at, bits=1):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


# published values

@case
def hpke_is_that_of_rfc_9180():
    h = bytes.fromhex
    ikm = h("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b")
    receiver = h("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    private = h("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    info, text = b"Ode on a Grecian Urn", b"Beauty is truth, truth beauty"
    sealed = hpke.seal(receiver, info, text, ikm, b"Count-0")
    assert sealed.hex() == (
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d"
        "2dd1b51a28")
    assert hpke.open_(private, info, sealed, b"Count-0") == text
    assert refused(hpke.open_, private, info, flip(sealed, 40), b"Count-0")


@case
def trees_are_those_of_certificate_transparency():
    leaves = [merkle.leaf(bytes.fromhex(x)) for x in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f")]
    assert merkle.root([]).hex().startswith("e3b0c44298fc1c14")
    assert merkle.root(leaves[:3]).hex() == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")
    assert merkle.root(leaves).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
    for size in range(1, 9):
        for index in range(size):
            path = merkle.inclusion(leaves[:size], index)
            assert merkle.root_of_inclusion(leaves[index], index, size, path) == merkle.root(
                leaves[:size])
            assert refused(merkle.root_of_inclusion, leaves[index], index, size, path + [b"x" * 32])


@case
def proquints_and_check_characters_are_the_published_ones():
    assert names.proquints(bytes([127, 0, 0, 1])) == "lusab-babad"
    assert names.proquints(bytes([63, 84, 220, 193])) == "gutih-tugad"
    assert names.check_character("A12425GABC1234002") == "M"


@case
def a_log_key_id_is_that_of_signed_notes():
    name, public = "PeterNeumann", note.base64_bytes(
        "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert public[0] == 1 and note.key_id(name, 1, public[1:]).hex() == "c74f20a3"
    text = ("If you think cryptography is the answer to your problem,\n"
            "then you don't know what your problem is.\n")
    raw = note.base64_bytes("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
                            "dngotpRZb6KE6RyyBwJnAM=")
    assert note.check_signature(text, raw, name, public[1:])


# canonical msgpack

@case
def canonical_values_have_one_spelling():
    vectors = make_vectors.canonical_vectors()
    for row in vectors["good"]:
        raw = bytes.fromhex(row["hex"])
        assert canonical.encode(canonical.decode(raw)) == raw
    for row in vectors["bad"]:
        assert refused(canonical.decode, bytes.fromhex(row["hex"])), row["why"]


@case
def what_is_decoded_encodes_to_the_same_bytes():
    dice = make_dice()
    good = 0
    for _ in range(20000):
        raw = bytes(dice.choice((0x80, 0x81, 0x92, 0xA1, 0xC4, 0xCC, 0xD0, dice.randrange(256)))
                    for _ in range(dice.randrange(1, 12)))
        try:
            value = canonical.decode(raw)
        except Broken:
            continue
        good += 1
        assert canonical.encode(value) == raw
    assert good > 500


# the story from the readers' side

@case
def every_member_opens_its_feeds_with_its_own_keys():
    s = story.tell()
    region = s.feeds["region"]
    for who in ("AUT", "GEO", "SRB", "KEN"):
        private = s.nations[who].sealing()
        secrets = {}
        for e in region.entries:
            body = e.operation.body
            if e.operation.kind == operation.FEED_OPEN:
                rows = [(0, *row) for row in body[3]]
            elif e.operation.kind == operation.FEED_REKEY:
                rows = [(body[1], *row) for row in body[4]]
            elif e.operation.kind == operation.FEED_ADMIT:
                rows = [(at, body[1], body[2], wrapped) for at, wrapped in enumerate(body[3])]
            else:
                continue
            for epoch, country, _, wrapped in rows:
                if country == who:
                    secrets[epoch] = feed.unwrap(wrapped, s.aut.origin, region.nonces[epoch], epoch,
                                                 who, private)
        assert secrets == {at: keys.secret for at, keys in enumerate(region.epochs)}, who
        for e in region.entries:
            if e.sealed:
                epoch = entry.parse_prefix(e.prefix)[1]
                slot_key = feed.EpochKeys(secrets[epoch], s.aut.origin).slot
                place = (s.aut.origin, region.id, e.prefix, e.index)
                assert entry.open_with_slot(e.body, place, slot_key) == e.operation.encode()


@case
def every_member_recomputes_every_wrap():
    s = story.tell()
    region = s.feeds["region"]
    rows = region.entries[0].operation.body[3]
    secret, nonce = region.epochs[0].secret, region.nonces[0]
    feed.check_wraps(secret, s.aut.origin, nonce, 0, rows)
    other = [row[:2] + [flip(row[2], 50)] for row in rows]
    assert refused(feed.check_wraps, secret, s.aut.origin, nonce, 0, other)


@case
def both_countries_find_the_same_pairwise_feed():
    s = story.tell()
    geo, to_geo = s.nations["GEO"], s.feeds["geo"]
    found = feed.pairwise(s.aut.origin, "GEO", geo.sealing(), s.public("AUT"))
    assert found == (to_geo.id, to_geo.epochs[0].secret)
    assert feed.pairwise(s.geo.origin, "AUT", s.nations["AUT"].sealing(), s.public("GEO"))[0] == (
        s.feeds["to aut"].id)


@case
def a_changed_body_does_not_open():
    s = story.tell()
    e = s.issue_a
    place = (s.aut.origin, e.feed.id, e.prefix, e.index)
    for at in range(48, len(e.body)):
        assert refused(entry.open_with_key, flip(e.body, at), place, e.key())
    for at in range(len(e.body)):
        assert refused(entry.open_with_slot, flip(e.body, at), place, e.feed.epochs[0].slot)


@case
def padding_is_the_shortest_and_zero():
    for size in (0, 1, 59, 60, 61, 124, 125):
        padded = entry.pad(b"x" * size)
        assert len(padded) % 64 == 0 and entry.unpad(padded) == b"x" * size
        assert refused(entry.unpad, padded + bytes(64))
    assert refused(entry.unpad, u32(1) + b"xy" + bytes(58))
    assert refused(entry.unpad, u32(61) + bytes(60)) and refused(entry.unpad, b"")


# whole bundles

@case
def the_files_are_what_the_generator_makes():
    for name, data in MADE.items():
        assert (SOURCE / "data" / "vectors" / name).read_bytes() == data, name
    assert make_vectors.make() == MADE


@case
def own_bundles_are_whole():
    for data in (OBJECT, FEED, ALL, FORK, SAME, MISSED, LATE):
        assert fault_of(data) is None
        assert put_together(take_apart(data)) == data


@case
def every_flipped_byte_of_the_object_bundle_is_refused():
    starts = [start for start, _ in bundle.records(OBJECT)]
    for at in range(len(OBJECT)):
        fault = fault_of(flip(OBJECT, at, 1 << at % 8))
        assert fault is not None, f"byte {at}"
        if at < len(bundle.MAGIC):
            assert fault == "no bundle"
        else:
            assert fault.offset in starts and fault.offset >= starts[0]
            holder = max(start for start in starts if start <= at)
            assert fault.offset >= holder, f"byte {at} blamed on an earlier record"


@case
def a_split_shows_the_root_at_every_smaller_size():
    leaves = [merkle.leaf(bytes([at])) for at in range(40)]
    for size in range(1, 41):
        for begin in range(size + 1):
            nodes = merkle.split_nodes(leaves[:size], begin)
            assert merkle.roots_of_split(begin, size, nodes) == (
                merkle.root(leaves[:begin]), merkle.root(leaves[:size]))
            assert refused(merkle.roots_of_split, begin, size, nodes + [bytes(32)])


@case
def every_flipped_byte_of_a_fork_is_refused_also_under_a_new_end():
    for whole in (FORK, SAME):
        for at in range(len(whole)):
            assert fault_of(flip(whole, at, 1 << at % 8)) is not None, f"byte {at}"
        fields = take_apart(whole)
        at = numbers(fields, bundle.FORK)[0]
        for key in (2, 3):
            for byte in range(len(fields[at][key])):
                assert blamed(whole, bundle.FORK, 0, set_to(key, lambda raw: flip(raw, byte)))
        for place in range(len(fields[at][4])):
            assert blamed(whole, bundle.FORK, 0, set_to(4, lambda nodes: [
                flip(node, 3) if n == place else node for n, node in enumerate(nodes)]))


@case
def only_a_contradiction_is_a_fork():
    s = story.tell()
    notes = {flush.size: flush.checkpoint for flush in s.aut.flushes}
    last = max(notes)
    nodes = take_apart(FORK)[2][4]

    def told(note_a, note_b, nodes):
        fields = take_apart(FORK)
        fields[2] = {0: bundle.FORK, 1: s.aut.origin, 2: note_a, 3: note_b, 4: nodes}
        return fault_of(put_together(fields))

    false = take_apart(FORK)[2][2]
    assert told(false, notes[last], nodes) is None
    assert "contradict" in told(notes[8], notes[last], nodes).reason
    assert "contradict" in told(notes[last], notes[last], []).reason
    assert "order" in told(notes[last], false, nodes).reason
    assert "number of nodes" in told(false, notes[last], []).reason
    cosigned = s.cosigned["AUT"]
    assert "other signature" in told(false, cosigned, nodes).reason
    assert "another origin" in told(s.geo.flushes[0].checkpoint, notes[last], nodes).reason


@case
def random_damage_to_the_others_is_refused():
    dice = make_dice()
    for round_ in range(ROUNDS):
        whole = (FEED, ALL)[round_ % 2]
        data = damage(whole, dice)
        if data != whole:
            assert fault_of(data) is not None, f"round {round_}"


def damage(data, dice):
    kind = dice.randrange(5)
    places = bundle.records(data)
    if kind < 2:
        return flip(data, dice.randrange(len(data)), dice.randrange(1, 256))
    if kind == 2:
        return data[:dice.randrange(len(data))]
    raw = [data[start:end] for start, end in places]
    a, b = dice.randrange(len(raw)), dice.randrange(len(raw))
    if kind == 3:
        raw[a], raw[b] = raw[b], raw[a]
    else:
        raw.insert(a, raw[b])
    return bundle.MAGIC + b"".join(raw)


@case
def swapped_or_missing_records_are_refused_under_a_new_end():
    # A leaves record may be cut in two or joined with the next: that is no damage. Feed records
    # may come in any order, documents of different countries and cosignatures as well.
    free = {bundle.DOCUMENT, bundle.FEED, bundle.ENTRY}
    for data in (FEED, ALL, OBJECT, FORK, MISSED):
        fields = take_apart(data)
        for a in range(len(fields)):
            for b in range(a + 1, len(fields)):
                if fields[a][0] == fields[b][0] and fields[a][0] in free:
                    continue
                swapped = list(fields)
                swapped[a], swapped[b] = swapped[b], swapped[a]
                assert fault_of(put_together(swapped)) is not None, f"{a} with {b}"
        for a in range(len(fields)):
            # without its feed record a feed is only checked less; an entry stands alone
            if fields[a][0] not in (bundle.FEED, bundle.ENTRY):
                fault = fault_of(put_together(fields[:a] + fields[a + 1:]))
                assert fault is not None or is_last_of_bare(fields, a), f"without {a}"


def is_last_of_bare(fields, at):
    """A commit of a feed without feed record: nobody can miss the last one."""
    if fields[at][0] != bundle.COMMIT:
        return False
    feed_id = fields[at][1][:16]
    return (all(f[1] != feed_id for f in fields if f[0] == bundle.FEED)
            and all(f[1][:16] != feed_id for f in fields[at + 1:] if f[0] == bundle.COMMIT))


def change(data, kind, which, edit):
    """The fault when `edit` changed the which-th record of the kind; and that record's number."""
    fields = take_apart(data)
    at = numbers(fields, kind)[which]
    fields[at] = dict(fields[at])
    edit(fields[at])
    return fault_of(put_together(fields)), at + 1


def blamed(data, kind, which, edit):
    fault, number = change(data, kind, which, edit)
    return fault is not None and fault.record == number


def set_to(key, how):
    """An edit: field key becomes how(old)."""
    def edit(record):
        record[key] = how(record[key])
    return edit


@case
def each_flipped_bit_of_a_commit_is_blamed_on_that_commit():
    fields = take_apart(FEED)
    for which in range(len(numbers(fields, bundle.COMMIT))):
        for at in range(len(fields[numbers(fields, bundle.COMMIT)[which]][1])):
            assert blamed(FEED, bundle.COMMIT, which, set_to(1, lambda raw: flip(raw, at))), at
        for at in range(32):
            assert blamed(FEED, bundle.COMMIT, which, set_to(2, lambda raw: flip(raw, at)))


@case
def wrong_content_keys_are_refused():
    fields = take_apart(ALL)
    tried = 0
    for which, at in enumerate(numbers(fields, bundle.COMMIT)):
        for place, key in enumerate(fields[at][3]):
            def edit(record):
                record[3] = list(record[3])
                record[3][place] = flip(key, 7) if key else bytes(32)
            assert blamed(ALL, bundle.COMMIT, which, edit)
            tried += 1
        assert blamed(ALL, bundle.COMMIT, which, set_to(3, lambda keys: keys + [None]))
    assert tried > 20


@case
def a_withheld_commit_shows():
    # The last commit of a feed is left out: only its tag in the leaves tells.
    fields = take_apart(FEED)
    region = fields[numbers(fields, bundle.FEED)[0]][1]
    last = [at for at in numbers(fields, bundle.COMMIT) if fields[at][1][:16] == region][-1]
    fault = fault_of(put_together(fields[:last] + fields[last + 1:]))
    assert fault is not None and "next tag" in fault.reason


@case
def changed_leaves_and_checkpoints_are_refused():
    fields = take_apart(FEED)
    for which, at in enumerate(numbers(fields, bundle.LEAVES)):
        for byte in range(0, len(fields[at][1]), 5):
            fault, number = change(FEED, bundle.LEAVES, which, set_to(
                1, lambda raw: flip(raw, byte)))
            assert fault is not None and fault.record >= number
    checkpoint = fields[numbers(fields, bundle.CHECKPOINT)[0]][1]
    for byte in range(len(checkpoint)):
        assert blamed(FEED, bundle.CHECKPOINT, 0, set_to(1, lambda raw: flip(raw, byte)))


@case
def an_unknown_signature_line_is_refused():
    seed = bytes(32)
    line = note.signature_line(story.NETWORK + "/XXX", 1, ed25519_public(seed), bytes(64)).encode()
    assert blamed(FEED, bundle.CHECKPOINT, 0, set_to(1, lambda raw: raw + line))
    assert blamed(FEED, bundle.DOCUMENT, 0, set_to(1, lambda raw: raw + line))
    twice = set_to(1, lambda raw: raw + raw[raw.rfind(b"\xe2\x80\x94"):])
    assert blamed(FEED, bundle.CHECKPOINT, 0, twice)


@case
def each_flipped_byte_of_a_document_is_blamed_on_it():
    document = take_apart(OBJECT)[1][1]
    for at in range(len(document)):
        assert blamed(OBJECT, bundle.DOCUMENT, 0, set_to(1, lambda raw: flip(raw, at)))


@case
def feed_keys_that_are_not_the_feeds_are_refused():
    for epoch in (0, 1):
        for which in (0, 1):
            def edit(record):
                record[3] = [list(row) for row in record[3]]
                record[3][epoch][which] = flip(record[3][epoch][which], 3)
            assert change(FEED, bundle.FEED, 0, edit)[0] is not None
    assert change(FEED, bundle.FEED, 0, set_to(3, lambda keys: keys[:1]))[0] is not None
    assert change(FEED, bundle.FEED, 0, set_to(3, lambda keys: keys + keys[:1]))[0] is not None


@case
def each_flipped_byte_of_an_entry_record_is_blamed_on_it():
    record = take_apart(OBJECT)[numbers(take_apart(OBJECT), bundle.ENTRY)[1]]
    for key in (2, 3, 5, 6, 8, 9, 11):
        for at in range(len(record[key])):
            if key == 5 and 16 <= at < 24 or key == 5 and 40 <= at < 48:
                continue  # commit number and previous size: no hash holds them without the keys
            edit = set_to(key, lambda raw: flip(raw, at))
            assert blamed(OBJECT, bundle.ENTRY, 1, edit), f"field {key}, byte {at}"
    for key in (4, 10):
        assert blamed(OBJECT, bundle.ENTRY, 1, set_to(key, lambda path: path[:-1]))
        assert blamed(OBJECT, bundle.ENTRY, 1, set_to(key, lambda path: path + [bytes(32)]))
    assert blamed(OBJECT, bundle.ENTRY, 1, set_to(7, lambda index: index + 1))
    assert blamed(OBJECT, bundle.ENTRY, 1, set_to(1, lambda origin: origin[:-1] + "2"))


@case
def a_file_that_is_something_else_is_no_bundle():
    for data in (b"", b"cairn-bundle-2\n", b"PK\3\4", OBJECT[1:], bundle.MAGIC[:-1]):
        assert fault_of(data) == "no bundle"
    assert fault_of(bundle.MAGIC).record == 1


@case
def lies_of_an_author_are_refused():
    for name, lie, words in lies():
        fault = fault_of(lie)
        assert fault is not None, name
        assert words in fault.reason, f"{name}: {fault}"


def lies():
    """Bundles of an author who signs whatever it likes: (name, bundle, words of the reason)."""
    def spoil(name, words, edit):
        return name, told_with(edit), words

    def twice_one_tag(s):
        s.feeds["region"].epochs[0].tag = s.feeds["control"].epochs[0].tag

    yield spoil("tag of another feed", "next tag", twice_one_tag)
    yield "rekey for fewer members", rekey_for_fewer(), "not for every member"
    yield "entry after the close", entry_after_close(), "after the close"
    yield "rekey not last", rekey_not_last(), "not the last entry"
    yield "sealed in control", sealed_in_control(), "sealed entry in a control feed"
    yield "mark set back", mark_set_back(), "not later than the one before"
    yield "commit without growth", empty_commit(), "without growth"
    yield "admission to a private feed", admission_to_private(), "in a private feed"
    yield "operation with a field too many", odd_operation(), "unknown"
    yield "tag that returns", returning_tag(), "next tag"


class Liar:
    """A small journal of AUT that breaks one rule, and its bundle."""

    def __init__(self):
        s = self.s = story.Story()
        self.j, self.control = s.aut, s.aut.control()
        self.f = s.aut.audience("lie", {who: s.public(who) for who in ("AUT", "GEO")})
        self.begin(self.control, self.f)
        s.write(s.aut, self.control, operation.CONTROL_DOCUMENT,
                story.document_body(s.nations["AUT"]))
        s.aut.open_audience(self.f, sha256(b"lie"), sha256(b"nonce"), s.hlc())

    def begin(self, *feeds):
        self.j.begin(feeds, list(range(len(feeds))))

    def alert(self, text="x"):
        return self.s.write(self.j, self.f, operation.ALERT_ISSUE, story.alert(text),
                            object=self.s.object)

    def bundle(self):
        return bundle_of(self.s, [self.control, self.f])


def bundle_of(s, feeds):
    writer = bundle.Writer(story.NETWORK, s.aut.origin, story.TIME, "all")
    writer.add(bundle.DOCUMENT, s.nations["AUT"].note)
    make_vectors.add_section(writer, s.aut, feeds, feeds, s.aut.flushes[-1].checkpoint)
    return writer.finish()


def told_with(edit):
    """The first flush of the story, where `edit` spoils keys that the bundle then shows."""
    s = story.Story()
    story.first_flushes(s)
    honest = s.feeds["region"].epochs[0].tag
    edit(s)
    data = bundle_of(s, [s.feeds["control"], s.feeds["region"]])
    s.feeds["region"].epochs[0].tag = honest
    return data


def rekey_for_fewer():
    liar = Liar()
    del liar.f.members["GEO"]
    liar.j.rekey(liar.f, sha256(b"second"), sha256(b"nonce 2"), liar.s.hlc())
    liar.j.flush()
    return liar.bundle()


def entry_after_close():
    liar = Liar()
    liar.j.close(liar.f, liar.s.hlc())
    liar.j.flush()
    liar.begin(liar.f)
    liar.alert()
    liar.j.flush()
    return liar.bundle()


def rekey_not_last():
    liar = Liar()
    liar.j.rekey(liar.f, sha256(b"second"), sha256(b"nonce 2"), liar.s.hlc())
    liar.alert()
    liar.j.flush()
    return liar.bundle()


def sealed_in_control():
    liar = Liar()
    liar.control.kind = "pairwise"
    liar.s.write(liar.j, liar.control, operation.MISSING, {1: liar.s.geo.origin, 2: 0})
    liar.j.flush()
    return liar.bundle()


def mark_set_back():
    liar = Liar()
    for _ in range(2):
        liar.s.mark(liar.j, liar.control, [])
    liar.j.flush()
    return liar.bundle()


def empty_commit():
    liar = Liar()
    liar.j.flush()
    liar.begin(liar.f)
    liar.j.flush()
    return liar.bundle()


def admission_to_private():
    """Whoever left the feed out of one heartbeat may open it to others: nobody sees a difference."""
    assert fault_of(grown_from_one(False)) is None
    return grown_from_one(True)


def grown_from_one(stands_still):
    """A feed of AUT alone, to which GEO is admitted; before that perhaps a commit without growth."""
    liar = Liar()
    s, alone = liar.s, liar.j.audience("alone", {"AUT": liar.s.public("AUT")})
    liar.begin(liar.control, liar.f, alone)
    liar.j.open_audience(alone, sha256(b"alone"), sha256(b"nonce 3"), s.hlc())
    liar.j.flush()
    if stands_still:
        liar.begin(alone)
        liar.j.flush()
    liar.begin(alone)
    liar.j.admit(alone, "GEO", s.public("GEO"), s.hlc())
    liar.j.flush()
    return bundle_of(s, [liar.control, liar.f, alone])


def odd_operation():
    liar = Liar()
    e = liar.alert()
    raw = canonical.encode(canonical.decode(e.operation.encode()) | {9: 1})
    place = (liar.j.origin, liar.f.id, e.prefix, e.index)
    e.sealed = entry.seal(raw, place, liar.f.epochs[0].slot, e.fresh)
    e.body = e.sealed["body"]
    liar.f.leaf_hashes[-1] = entry.feed_leaf(entry.stub(e.prefix, e.index, e.body))
    liar.j.flush()
    return liar.bundle()


def returning_tag():
    """A second leaf with the tag of commit 1, while the feed's record shows only commit 0."""
    liar = Liar()
    liar.j.flush()
    liar.begin(liar.control)
    liar.s.write(liar.j, liar.control, operation.CONTROL_POLICY, {1: bytes(32)})
    commit = liar.j.flush().commits[0]
    commit.leaf = journal.tag(liar.f.epochs[0].tag, 1) + commit.leaf[16:]
    liar.j.leaves[-1] = commit.leaf
    flush = liar.j.flushes[-1]
    root = merkle.root([merkle.leaf(leaf) for leaf in liar.j.leaves])
    flush.text = note.checkpoint_text(liar.j.origin, flush.size, root)
    flush.checkpoint = note.sign(flush.text, liar.j.origin, liar.j.log_seed, liar.j.log_public)
    return bundle_of(liar.s, [liar.f])


# origins that ended

def ended(size, root=None):
    """A bundle of four entries in three leaves (one, two, one), whose document ends the origin."""
    liar = Liar()
    liar.j.flush()
    liar.begin(liar.f)
    liar.alert()
    liar.j.flush()
    nation = liar.s.nations["AUT"]
    d, old = nation.document, nation.document.nodes[0]
    leaves = [merkle.leaf(leaf) for leaf in liar.j.leaves[:size]]
    d.ended = [country.Ended(old.name, 1, old.log, old.witness, size, root or merkle.root(leaves))]
    d.nodes = [country.Node(old.name, 2, bytes([1]) * 32, bytes([2]) * 32, old.tls, "-")]
    d.serial = 2
    nation.note = note.sign(d.text(), d.root_name(), nation.root_seed, d.root)
    return liar


def repudiated(bundle_bytes):
    line, = (line for line in verify.verify(bundle_bytes).lines if line.startswith("journal"))
    return int(line.split(", ")[-1].split(" ")[0])


@case
def entries_behind_the_end_of_their_origin_are_told_apart():
    whole = repudiated(ended(0).bundle())
    counts = [repudiated(ended(size).bundle()) for size in range(4)]
    assert counts == sorted(counts, reverse=True) and counts[0] == whole > counts[2] > counts[3] == 0
    assert repudiated(ended(2, bytes(32)).bundle()) == whole  # another branch
    assert repudiated(ended(9, bytes(32)).bundle()) == 0      # not so far yet


@case
def a_document_keeps_the_ended_origins_of_the_one_before_it():
    liar = ended(2)
    nation, d = liar.s.nations["AUT"], liar.s.nations["AUT"].document

    def follows(lines):
        v = verify.Verifier()
        v.report.head = {1: story.NETWORK}
        d.serial, d.ended = 2, list(first)
        v.document(note.sign(d.text(), d.root_name(), nation.root_seed, d.root))
        d.serial, d.ended = 3, lines
        return not refused(v.document, note.sign(d.text(), d.root_name(), nation.root_seed, d.root))

    first = d.ended
    other = country.Ended("graz", 1, bytes([3]) * 32, bytes([4]) * 32, 1, bytes(32))
    moved = country.Ended(first[0].name, 1, first[0].log, first[0].witness, 3, first[0].root)
    assert follows(list(first)) and follows([*first, other])
    assert not follows([]) and not follows([moved]) and not follows([other, *first])


# marks

@case
def a_mark_commits_to_what_was_seen_in_any_order():
    seen = [("a/AUT/x/1", 1, bytes(32)), ("a/GEO/y/1", 2, bytes(32))]
    assert journal.seen_root(bytes(32), seen) == journal.seen_root(bytes(32), seen[::-1])
    assert journal.seen_root(bytes(32), []) == sha256(b"")
    assert journal.mark_salt(bytes(32), 1) != journal.mark_salt(bytes(32), 2) and u64(1)[-1] == 1


def make_dice():
    seed = int(os.environ.get("CAIRN_SEED", "1"))
    print(f"# CAIRN_SEED={seed}")
    return random.Random(seed)


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, run in enumerate(CASES, 1):
        try:
            run()
            verdict = "ok"
        except Exception:
            verdict = "not ok"
            failed += 1
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
        print(f"{verdict} {number} - {run.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
