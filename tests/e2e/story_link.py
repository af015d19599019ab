"""How nodes come to be linked, what breaks a link, and what does not."""
import pathlib
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

story = e2e.Story("link")


def are_linked(one, other):
    return one.is_linked(other.country) and other.is_linked(one.country)


def wait_linked(one, other):
    e2e.wait_until(lambda: are_linked(one, other), f"{one.country} and {other.country} are linked")


@story.case("one side that knows the other is not enough")
def _(world):
    aut, srb = world.make("AUT").start(), world.make("SRB").start()
    aut.meet(srb)
    time.sleep(1)  # AUT dials at once and again; nothing may come of it
    e2e.check(not aut.is_linked("SRB"), "AUT says that it is linked")
    e2e.equal(srb.status()["partners"], [], "partners of SRB")


@story.case("both sides know each other: linked, and each holds the other's journal")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.meet(aut)
    wait_linked(aut, srb)
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB holds AUT's journal")
    e2e.wait_until(lambda: aut.held("SRB") == srb.journal(), "AUT holds SRB's journal")


@story.case("what is written on one side is shown on the other")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.apply()
    srb.apply()
    name = aut.issue(e2e.alert("Hinüber"))
    e2e.wait_until(lambda: srb.alert(name), "SRB shows the alert")
    name = srb.issue(e2e.alert("Herüber", authority="SRB-BK"))
    e2e.wait_until(lambda: aut.alert(name), "AUT shows the alert")


@story.case("a quiet network is quiet: nobody writes because somebody wrote")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    before = None
    for _ in range(20):  # receipts and marks of what was written follow within seconds
        sizes = aut.journal(), srb.journal()
        if sizes == before:
            break
        before = sizes
        time.sleep(3)
    e2e.check(sizes == before, f"journals still grow: {before}, {sizes}")


@story.case("a daemon that is killed is dialled again when it is back")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    for killed, other in ((srb, aut), (aut, srb)):
        killed.kill()
        e2e.wait_until(lambda: not other.is_linked(killed.country), "the link is seen to be down")
        killed.start()
        wait_linked(aut, srb)


@story.case("a third country links to both")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    geo = world.make("GEO").start()
    for node in (aut, srb):
        geo.meet(node)
        node.meet(geo)
    wait_linked(aut, geo)
    wait_linked(srb, geo)
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO holds AUT's journal")


@story.case("rubbish, silence and strangers at the port of the links change nothing")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    silent = [socket.create_connection(("127.0.0.1", aut.listen)) for _ in range(100)]
    for rubbish in (b"\0", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(70000)):
        with socket.create_connection(("127.0.0.1", aut.listen)) as one:
            one.settimeout(15)
            try:
                one.sendall(rubbish)
                while one.recv(4096):
                    pass
            except OSError:
                pass  # cut off by the other side, or silent until the handshake's time is over
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", aut.listen)) as one:
        one.settimeout(15)
        try:
            with context.wrap_socket(one) as stranger:  # without a certificate
                stranger.sendall(b"hello")
                e2e.equal(stranger.recv(100), b"", "what a stranger is told")
        except OSError:
            pass
    for one in silent:
        one.close()
    wait_linked(aut, srb)
    name = aut.issue(e2e.alert("Trotzdem"))
    e2e.wait_until(lambda: srb.alert(name), "SRB shows the alert")


@story.case("a second daemon on one directory does not start, and harms nothing")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    done = e2e.run(["run", "--dir", aut.dir, "--json"])
    e2e.equal((done.code, done.number), (3, 514), str(done))
    e2e.check(are_linked(aut, srb), "still linked")


@story.case("daemons end well while they are linked, and find each other again")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for node in (aut, srb, geo):
        node.stop()
    for node in (geo, srb, aut):
        node.start()
    wait_linked(aut, srb)
    wait_linked(aut, geo)
    wait_linked(srb, geo)


story.run()
