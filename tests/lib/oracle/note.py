"""C2SP signed notes, checkpoints and cosignatures. Protocol P-10, P-43, P-45."""
import base64
import binascii

from broken import Broken, need
from names import decimal, is_origin
from primitives import ed25519_sign, ed25519_verify, sha256, u64

ED25519, COSIGNATURE = 0x01, 0x04
NOTE_MAX, LINES_MAX = 64 * 1024, 64


def base64_text(data):
    return base64.b64encode(data).decode()


def base64_bytes(text):
    """Standard alphabet, padded, no other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("not base64") from None
    need(base64_text(data) == text, "not the canonical base64")
    return data


def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def signature_line(name, kind, public, signature):
    return f"\u2014 {name} {base64_text(key_id(name, kind, public) + signature)}\n"


def sign(text, name, seed, public):
    """The whole note with one Ed25519 signature."""
    assert text.endswith("\n")
    line = signature_line(name, ED25519, public, ed25519_sign(seed, text.encode()))
    return (text + "\n" + line).encode()


def split(note):
    """Text with its final newline, and a list of (name, key id and signature)."""
    need(len(note) <= NOTE_MAX, "note is too long")
    try:
        whole = note.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Broken("note is not UTF-8") from None
    need(all(c == "\n" or ord(c) >= 32 and not 0x7F <= ord(c) <= 0x9F for c in whole), "control character in the note")
    cut = whole.rfind("\n\n")
    need(cut > 0, "note has no signatures")
    text, lines = whole[:cut + 1], whole[cut + 2:]
    need(lines.endswith("\n"), "the last line of the note is not complete")
    signatures = []
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", "malformed signature line")
        need(parts[1] and "+" not in parts[1] and not any(c.isspace() for c in parts[1]),
             "malformed key name")
        raw = base64_bytes(parts[2])
        need(len(raw) > 4, "signature is too short")
        signatures.append((parts[1], raw))
    need(len(signatures) <= LINES_MAX, "note has too many signatures")
    return text, signatures


def check_signature(text, raw, name, public):
    """True when raw is this key's Ed25519 signature over the text."""
    return (raw[:4] == key_id(name, ED25519, public) and len(raw) == 68
            and ed25519_verify(public, raw[4:], text.encode()))


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{base64_text(root)}\n"


def parse_checkpoint(text):
    """origin, size, root"""
    lines = text.split("\n")
    need(len(lines) == 4 and lines[3] == "", "checkpoint has not exactly three lines")
    need(is_origin(lines[0]), "checkpoint: malformed origin")
    size, root = decimal(lines[1]), base64_bytes(lines[2])
    need(len(root) == 32, "checkpoint: root has not 32 bytes")
    return lines[0], size, root


def cosigned_message(text, seconds):
    """What a witness signs. C2SP tlog-cosignature v1."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(text, name, seed, public, seconds):
    """The signature line."""
    signature = u64(seconds) + ed25519_sign(seed, cosigned_message(text, seconds))
    return signature_line(name, COSIGNATURE, public, signature)


def check_cosignature(text, raw, name, public):
    """Seconds when raw is this key's cosignature over the text, else None."""
    if raw[:4] != key_id(name, COSIGNATURE, public) or len(raw) != 76:
        return None
    seconds = int.from_bytes(raw[4:12], "big")
    good = seconds < 1 << 63 and ed25519_verify(public, raw[12:], cosigned_message(text, seconds))
    return seconds if good else None
