"""RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, one message."""
from broken import need
from primitives import (chacha_open, chacha_seal, hmac_sha256, u16, x25519_public,
                        x25519_shared)

KEM = b"KEM" + u16(0x0020)
SUITE = b"HPKE" + u16(0x0020) + u16(0x0001) + u16(0x0003)


def extract(salt, ikm):
    return hmac_sha256(salt, ikm)


def expand(prk, info, size):
    out, block, counter = b"", b"", 1
    while len(out) < size:
        block = hmac_sha256(prk, block + info + bytes([counter]))
        out, counter = out + block, counter + 1
    return out[:size]


def labeled_extract(suite, salt, name, ikm):
    return extract(salt, b"HPKE-v1" + suite + name + ikm)


def labeled_expand(suite, prk, name, info, size):
    return expand(prk, u16(size) + b"HPKE-v1" + suite + name + info, size)


def derive_key_pair(ikm):
    """Private and public key. RFC 9180, 7.1.3."""
    prk = labeled_extract(KEM, b"", b"dkp_prk", ikm)
    private = labeled_expand(KEM, prk, b"sk", b"", 32)
    return private, x25519_public(private)


def shared_secret(dh, enc, receiver_public):
    prk = labeled_extract(KEM, b"", b"eae_prk", dh)
    return labeled_expand(KEM, prk, b"shared_secret", enc + receiver_public, 32)


def key_schedule(secret, info):
    """Key and base nonce. RFC 9180, 5.1."""
    context = (b"\0" + labeled_extract(SUITE, b"", b"psk_id_hash", b"")
               + labeled_extract(SUITE, b"", b"info_hash", info))
    secret = labeled_extract(SUITE, secret, b"secret", b"")
    return (labeled_expand(SUITE, secret, b"key", context, 32),
            labeled_expand(SUITE, secret, b"base_nonce", context, 12))


def seal(receiver_public, info, plaintext, ikm_e, aad=b""):
    """enc | ciphertext"""
    private, enc = derive_key_pair(ikm_e)
    secret = shared_secret(x25519_shared(private, receiver_public), enc, receiver_public)
    key, nonce = key_schedule(secret, info)
    return enc + chacha_seal(key, nonce, plaintext, aad)


def open_(receiver_private, info, sealed, aad=b""):
    need(len(sealed) >= 48, "sealed message is too short")
    enc, ciphertext = sealed[:32], sealed[32:]
    secret = shared_secret(x25519_shared(receiver_private, enc), enc,
                           x25519_public(receiver_private))
    key, nonce = key_schedule(secret, info)
    return chacha_open(key, nonce, ciphertext, aad)
