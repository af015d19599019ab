"""RFC 6962 trees, written straight from the RFC; slow and obvious. Protocol P-2."""
from broken import need
from primitives import sha256


def leaf(data):
    return sha256(b"\0" + data)


def node(left, right):
    return sha256(b"\1" + left + right)


def split(size):
    """The largest power of two below the size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root(leaves):
    """Root over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    left = split(len(leaves))
    return node(root(leaves[:left]), root(leaves[left:]))


def inclusion(leaves, index):
    """Audit path of the leaf, lowest first."""
    if len(leaves) == 1:
        return []
    left = split(len(leaves))
    if index < left:
        return inclusion(leaves[:left], index) + [root(leaves[left:])]
    return inclusion(leaves[left:], index - left) + [root(leaves[:left])]


def root_of_inclusion(leaf_hash, index, size, path):
    """The root that the path leads to."""
    need(index < size, "index is not below the size")
    if size == 1:
        need(not path, "inclusion proof is too long")
        return leaf_hash
    need(path, "inclusion proof is too short")
    left = split(size)
    if index < left:
        return node(root_of_inclusion(leaf_hash, index, left, path[:-1]), path[-1])
    return node(path[-1], root_of_inclusion(leaf_hash, index - left, size - left, path[:-1]))


def consistency(leaves, old_size):
    """Proof that the first old_size leaves lead to the tree of all; 0 < old_size <= size."""
    def sub(part, size, whole):
        if size == len(part):
            return [] if whole else [root(part)]
        left = split(len(part))
        if size <= left:
            return sub(part[:left], size, whole) + [root(part[left:])]
        return sub(part[left:], size - left, False) + [root(part[:left])]
    return sub(leaves, old_size, True)


def cover(begin, end):
    """The largest complete subtrees that fill begin..end, left to right: [(start, width), ...]"""
    found = []
    while begin < end:
        width = 1
        while begin % (2 * width) == 0 and begin + 2 * width <= end:
            width *= 2
        found.append((begin, width))
        begin += width
    return found


def split_nodes(leaves, begin):
    """What shows the root that the tree of all leaves had at size `begin`."""
    places = cover(0, begin) + cover(begin, len(leaves))
    return [root(leaves[start:start + width]) for start, width in places]


def roots_of_split(begin, size, nodes):
    """The root of the first `begin` leaves, and of all; begin <= size."""
    places = cover(0, begin) + cover(begin, size)
    need(len(nodes) == len(places), "wrong number of nodes")
    known = dict(zip(places, nodes))

    def fold(start, count):
        if count == 0:
            return root([])
        if (start, count) in known:
            return known[start, count]
        left = split(count)
        return node(fold(start, left), fold(start + left, count - left))
    return fold(0, begin), fold(0, size)
