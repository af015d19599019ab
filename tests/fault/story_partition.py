"""Three countries, each in a network namespace of its own, are split by a packet filter: first AUT
from both others, then in one direction only. Each side goes on by itself, and when the split is over
all show the same. Where namespaces cannot be made (no root, no nft) proxies play the lines."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import netns
import proxy

AUTHORITY = {"AUT": "AUT-BK", "SRB": "SRB-MUP", "GEO": "GEO-MIA"}
SPLIT_S = 8
HEALED_S = 90  # a link that was silent is given up after half a minute, then dialled again

story = e2e.Story("partition")


class Proxies:
    """The same doors as netns.Network, played by a proxy in front of each node. What AUT dials goes
    over the lines of the others, so to cut AUT means to cut all of them that it may use."""

    def __init__(self):
        self.lines = {}

    def cut(self, name, is_in=True, is_out=True):
        for line in self.lines.values():
            line.set(is_silent=True)

    def heal(self, name):
        for line in self.lines.values():
            line.set()

    def close(self):
        for line in self.lines.values():
            line.close()


def make_net():
    try:
        return netns.Network(AUTHORITY)
    except OSError as trouble:
        print(f"# proxies instead of namespaces: {trouble}")
        return Proxies()


def add(world, country):
    node = world.all[country] = e2e.Node(world, country)
    if isinstance(net, netns.Network):
        node.host, node.launcher = net.address(country), net.launcher(country)
        return node.init()
    port = world.free_port()
    node.init("--endpoint", f"127.0.0.1:{port}")
    net.lines[country] = proxy.Line(port, node.listen)
    return node


def issue(node):
    return node.issue(e2e.alert(f"Spalt{node.country}x{node.world.count()}",
                                authority=AUTHORITY[node.country]))


def are_shown(world, names):
    for node in world.all.values():
        e2e.wait_until(lambda: names <= set(node.alerts()), f"{node.country} shows all", HEALED_S)


def split(world, **directions):
    """Everybody writes while AUT is cut off. gives: what was acknowledged"""
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    net.cut("AUT", **directions)
    names, ends = set(), time.monotonic() + SPLIT_S
    while time.monotonic() < ends:
        names |= {issue(node) for node in (aut, srb, geo)}
        time.sleep(0.3)
    outside = {name for name in names if not name.startswith("AUT")}
    e2e.check(len(outside - set(aut.alerts())) > 0, "AUT was not cut off: nothing is proved")
    if isinstance(net, netns.Network):
        for node in (srb, geo):
            e2e.wait_until(lambda: outside <= set(node.alerts()), "SRB and GEO go on together")
    net.heal("AUT")
    return names


@story.case("three countries are linked")
def _(world):
    nodes = [add(world, country).start() for country in AUTHORITY]
    for node in nodes:
        node.meet(*(other for other in nodes if other is not node))
        node.apply()
    are_shown(world, {issue(node) for node in nodes})


@story.case("AUT is cut off: each side goes on, and both are one again afterwards")
def _(world):
    are_shown(world, split(world))


@story.case("what goes to AUT is lost, what comes from it is not: the same")
def _(world):
    are_shown(world, split(world, is_out=False))


@story.case("the history of each is one, and held by the others")
def _(world):
    for node in world.all.values():
        for other in world.all.values():
            if other is not node:
                e2e.wait_until(lambda: node.held(other.country) == other.journal(),
                               f"{node.country} holds {other.country}'s journal")
        verified = e2e.run([node.bundle("--all"), "--trust", node.fingerprint],
                           program="cairn-verify")
        e2e.equal(verified.code, 0, str(verified))


net = make_net()
try:
    story.run()
finally:
    net.close()
