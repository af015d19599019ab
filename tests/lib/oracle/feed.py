"""Feeds: their ids, secrets, keys and wraps. Protocol P-31 to P-35."""
import hpke
from broken import need
from primitives import hkdf, label, sha256, u32, x25519_shared


class EpochKeys:
    def __init__(self, secret, origin):
        self.secret = secret
        self.tag, self.salt, self.slot = (
            hkdf(secret, label(f"cairn {what} v1") + origin.encode(), 32)
            for what in ("tag", "salt", "slot"))


def control_id(origin):
    return sha256(label("cairn control v1") + origin.encode())[:16]


def control_secret(origin):
    return sha256(label("cairn control secret v1") + origin.encode())


def pairwise(origin, partner, sealing_private, sealing_public):
    """Id and secret of the feed of the origin to the partner; either side's key pair does."""
    shared = x25519_shared(sealing_private, sealing_public)
    both = hkdf(shared, label("cairn pairwise v1") + origin.encode() + b"\0" + partner.encode(), 48)
    return both[:16], both[16:]


def audience_id(origin, open_body):
    return sha256(label("cairn feed v1") + origin.encode() + b"\0" + open_body)[:16]


def wrap_info(origin, nonce, epoch, country):
    return (label("cairn wrap v1") + origin.encode() + b"\0" + nonce + u32(epoch)
            + country.encode())


def wrap_seed(secret, epoch, country, sealing_public):
    return hkdf(secret, label("cairn wrap seed v1") + u32(epoch) + country.encode()
                + sealing_public, 32)


def wrap(secret, origin, nonce, epoch, member):
    """member: (country, sealing public key). 80 bytes."""
    country, public = member
    return hpke.seal(public, wrap_info(origin, nonce, epoch, country), secret,
                     wrap_seed(secret, epoch, country, public))


def unwrap(wrapped, origin, nonce, epoch, country, sealing_private):
    secret = hpke.open_(sealing_private, wrap_info(origin, nonce, epoch, country), wrapped)
    need(len(secret) == 32, "a wrapped secret has 32 bytes")
    return secret


def wraps(secret, origin, nonce, epoch, members):
    """members: {country: sealing public key}"""
    return [[country, public, wrap(secret, origin, nonce, epoch, (country, public))]
            for country, public in sorted(members.items())]


def check_wraps(secret, origin, nonce, epoch, rows):
    """Every member's wrap recomputed; one that differs makes the feed unusable."""
    for country, public, wrapped in rows:
        need(wrap(secret, origin, nonce, epoch, (country, public)) == wrapped,
             f"the wrap for {country} is not what it must be")
