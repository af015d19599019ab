"""Fixed dice for test data: nothing that comes from here may ever serve as a key."""
from primitives import sha256


def seed(name):
    """32 bytes."""
    return sha256(b"cairn vectors " + name.encode())


def shuffled(count, name):
    """A permutation of range(count)."""
    return sorted(range(count), key=lambda at: seed(f"{name} {at}"))
