"""Operations and the bodies of kinds 1 to 17. Protocol section 4, P-34, P-46, P-49, P-51, P-99."""
import canonical
from broken import need
from names import is_country, is_object_id, is_origin
from shape import (any_map, ascending, bin_of, check_map, list_of, long_text, ordinal, row, text,
                   uint, uint32, uint_of)

FEED_OPEN, FEED_ADMIT, FEED_REKEY, FEED_CLOSE, FEED_INVITE = 1, 2, 3, 4, 5
CONTROL_MARK, CONTROL_DOCUMENT, CONTROL_POLICY, RECEIPT, MISSING = 6, 7, 8, 9, 10
FEED_LOST, FEED_KEYS = 11, 12
ACCESS_LOOKUP, POLICY_APPLY = 16, 17
KINDS_WITH_OBJECT = 32
ALERT_ISSUE, ALERT_AMEND, ALERT_WITHDRAW, ALERT_LEAVE, ALERT_BATCH = 32, 33, 34, 35, 36
CASE_REQUEST, CASE_ACK, CASE_ACCEPT, CASE_REFUSE, CASE_WITHDRAW = 64, 65, 66, 67, 68

CLEAR_KINDS = (FEED_OPEN, FEED_ADMIT, FEED_REKEY, FEED_CLOSE)
CONTROL_KINDS = (CONTROL_MARK, CONTROL_DOCUMENT, CONTROL_POLICY)
OPERATION_MAX, BATCH_MAX = 64 * 1024, 256 * 1024
MEMBERS_MAX, EPOCHS_MAX = 200, 16

ids = ascending(bin_of(32), 1, 16)
wraps = list_of(row(is_country, bin_of(32), bin_of(80)), 1, MEMBERS_MAX)

BODIES = {
    FEED_OPEN: ({1: bin_of(32), 2: bin_of(32), 3: wraps}, {4: bin_of(16)}),
    FEED_ADMIT: ({1: is_country, 2: bin_of(32), 3: list_of(bin_of(80), 1)}, {}),
    FEED_REKEY: ({1: uint_of(1, (1 << 32) - 1), 2: bin_of(32), 3: bin_of(32), 4: wraps}, {}),
    FEED_CLOSE: ({1: ordinal}, {}),
    FEED_INVITE: ({1: bin_of(16), 2: uint}, {}),
    CONTROL_MARK: ({1: uint, 2: bin_of(32), 3: uint32}, {}),
    CONTROL_DOCUMENT: ({1: bin_of(32), 2: ordinal}, {}),
    CONTROL_POLICY: ({1: bin_of(32)}, {}),
    RECEIPT: ({1: bin_of(16), 2: uint, 3: bin_of(32)}, {}),
    MISSING: ({1: is_origin, 2: uint}, {}),
    FEED_LOST: ({1: bin_of(16), 2: is_origin, 3: uint, 4: uint, 5: uint, 6: uint}, {}),
    FEED_KEYS: ({1: is_origin, 2: bin_of(16), 3: list_of(bin_of(32), 1, EPOCHS_MAX)},
                {4: lambda value: value is True}),
    POLICY_APPLY: ({1: bin_of(32), 2: long_text(1 << 16)}, {}),
}
KNOWN = {*BODIES, ACCESS_LOOKUP, ALERT_ISSUE, ALERT_AMEND, ALERT_WITHDRAW, ALERT_LEAVE, ALERT_BATCH,
         CASE_REQUEST, CASE_ACK, CASE_ACCEPT, CASE_REFUSE, CASE_WITHDRAW}


class Operation:
    """kind object parents hlc purpose actors role body after; None or [] when absent"""

    def encode(self):
        fields = {0: self.kind, 1: self.object, 2: self.parents or None, 3: self.hlc,
                  4: self.purpose, 5: self.actors or None, 6: self.role, 7: self.body,
                  8: self.after or None}
        return canonical.encode({key: value for key, value in fields.items() if value is not None})


def make(kind, hlc, body, **others):
    o = Operation()
    o.kind, o.hlc, o.body = kind, hlc, body
    o.object, o.purpose, o.role = (others.get(n) for n in ("object", "purpose", "role"))
    o.parents, o.actors, o.after = (others.get(n, []) for n in ("parents", "actors", "after"))
    return o


def decode(raw):
    fields = canonical.decode(raw)
    need(type(fields) is dict and uint(fields.get(0)), "operation without kind")
    kind = fields[0]
    if kind not in KNOWN:
        return decode_unknown(raw, fields)
    need(len(raw) <= (BATCH_MAX if kind == ALERT_BATCH else OPERATION_MAX),
         "operation is too large")
    needed, optional = {0: uint, 3: uint, 7: any_map}, {2: ids, 8: ids}
    if kind >= 16:
        needed |= {4: text(32), 5: list_of(text(64), 1, 2), 6: text(16)}
    if kind >= KINDS_WITH_OBJECT:
        needed |= {1: is_object_id}
    check_map("operation", fields, needed, optional)
    if kind in BODIES:
        check_map(f"body of kind {kind}", fields[7], *BODIES[kind])
    need(kind != FEED_LOST or fields[7][5] < fields[7][6], "feed.lost without a leaf")
    need(kind != FEED_KEYS or 4 not in fields[7] or len(fields[7][3]) == 1,
         "a pairwise feed has one secret")
    return make(kind, fields[3], fields[7], object=fields.get(1), parents=fields.get(2, []),
                purpose=fields.get(4), actors=fields.get(5, []), role=fields.get(6),
                after=fields.get(8, []))


def decode_unknown(raw, fields):
    """A kind that is newer than this program: only what every version has in common."""
    need(fields[0] >= KINDS_WITH_OBJECT, f"kind {fields[0]} is unknown")
    need(len(raw) <= BATCH_MAX, "operation is too large")
    need(1 not in fields or is_object_id(fields[1]), "object of an unknown kind is malformed")
    need(uint(fields.get(3)), "hlc of an unknown kind is malformed")
    return make(fields[0], fields[3], None, object=fields.get(1))
