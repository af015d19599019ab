"""No circles: seen as one thing, a .c and its .h never come back to themselves.

A split file may share a private header with its parts: core.c, core_feeds.c and core_state.h."""
import tree


def is_one_module(left, right):
    return left == right or left.startswith(right + "_") or right.startswith(left + "_")


def graph(root):
    edges = {}
    for path in tree.files(root, tree.CODE, ".c", ".h"):
        stem = tree.name(root, path).rsplit(".", 1)[0]
        own = {include.rsplit(".", 1)[0] for quote, include in tree.includes(path) if quote == '"'}
        edges.setdefault(stem, set()).update(o for o in own if not is_one_module(stem, o))
    return edges


def check(root):
    """Take away what includes nothing that is left, until nothing changes; the rest is circles."""
    edges = graph(root)
    while True:
        free = [stem for stem, targets in edges.items() if not targets & edges.keys()]
        if not free:
            break
        for stem in free:
            del edges[stem]
    while True:  # the same from the other side: what nobody in the rest includes
        wanted = set().union(*edges.values()) if edges else set()
        free = [stem for stem in edges if stem not in wanted]
        if not free:
            break
        for stem in free:
            del edges[stem]
    return [f"circle: {stem} -> {', '.join(sorted(edges[stem] & edges.keys()))}"
            for stem in sorted(edges)]
