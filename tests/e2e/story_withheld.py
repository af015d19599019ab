"""The line between two partners is cut; a third one carries the author's journal, but not what is for
the other alone. The reader says that it misses it, and shows so to anybody; when the line is good
again the content comes, and the evidence says that it came late."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e
import proxy

import verify   # the oracle

MISSED_S = 240  # journals go round once a minute, and a minute is waited for the content

story = e2e.Story("withheld")
lines, found = [], {}


def row_of(node, country):
    return next(row for row in node.status()["partners"] if row["country"] == country)


def request(node, reference):
    agreement = node.world.file("agreement.yaml", "agreement: test\n")
    return node.act("case", "request", "-", "--agreement", agreement,
                    text=json.dumps(e2e.readmission(reference)))["id"]


def has_case(node, name):
    return node.run("case", "show", name).code == 0


def verified(path, *words):
    """What cairn verify says, as JSON; the oracle must agree that it is whole."""
    lines_said = verify.verify(path.read_bytes()).lines
    done = e2e.run(["--json", *words, path], program="cairn-verify")
    e2e.equal(done.code, 0, str(done))
    e2e.equal(sum(line.startswith("withheld leaf") for line in lines_said),
              done.data["counts"]["withheld"], "what the oracle counts")
    return done.data


@story.case("three countries; what is for one alone goes over one line")
def _(world):
    for country in ("AUT", "SRB"):
        port = world.free_port()
        node = world.make(country, "--endpoint", f"127.0.0.1:{port}")
        lines.append(proxy.Line(port, node.listen))
        node.start()
    world.make("GEO").start()
    nodes = list(world.all.values())
    for node in nodes:
        node.meet(*(other for other in nodes if other is not node))
        node.apply()
    aut, srb, _ = nodes
    e2e.wait_until(lambda: all(node.is_linked(other.country) for node in nodes for other in nodes
                               if other is not node), "all are linked")
    first = request(aut, "AUT/1")
    e2e.wait_until(lambda: has_case(srb, first), "the first request")
    e2e.equal(row_of(srb, "AUT")["withheld"], 0, "what SRB misses")


@story.case("leaves come round, and what they commit to does not: the reader says so")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    for line in lines:
        line.set(is_cut=True)
    e2e.wait_until(lambda: not srb.is_linked("AUT") and not aut.is_linked("SRB"), "the cut")
    e2e.wait_until(lambda: geo.is_linked("AUT") and geo.is_linked("SRB"), "the long way round")
    found["case"] = request(aut, "AUT/2")
    e2e.wait_until(lambda: row_of(srb, "AUT")["withheld"] > 0, "SRB misses something", MISSED_S)
    e2e.check(not has_case(srb, found["case"]), "the second request came")
    plain = e2e.run(["status", "--dir", srb.dir]).out
    e2e.check("openings have not come, see cairn audit export --withheld" in plain, plain)
    e2e.equal(row_of(geo, "AUT")["withheld"], 0, "what GEO misses")


@story.case("anybody can check whose the leaf is, and who says that nothing came")
def _(world):
    aut, srb, geo = world.nodes("AUT", "SRB", "GEO")
    found["origin"] = aut.status()["origin"]
    for scope in (("--withheld", found["origin"]), ("--withheld",)):
        path = srb.bundle(*scope)
        said = verified(path, "--trust", aut.fingerprint)
        leaf, entry = said["found"][:2]
        e2e.equal((leaf["origin"], leaf["late"], leaf["tie"], leaf["is_compared"]),
                  (found["origin"], False, "earlier", True), "the leaf")
        e2e.equal((entry["origin"], entry["kind"]), (srb.status()["origin"], "missing"), "who says it")
        e2e.equal(said["counts"]["late"], 0, "what came late")
    plain = e2e.run([path], program="cairn-verify").out
    e2e.check("by the word of the exporter it has not come by" in plain, plain)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    e2e.equal(e2e.run(["verify", world.bytes_file("bad.bundle", bytes(data))]).code, 1, "altered")
    out = ("--out", world.place / "none.bundle")
    geo.refused(310, "audit", "export", "--withheld", *out)
    srb.refused(310, "audit", "export", "--withheld", geo.status()["origin"], *out)
    e2e.equal(srb.run("audit", "export", "--all", found["origin"], *out).code, 2, "a stray operand")


@story.case("after a kill -9 the content comes: it was late, and nobody withholds anything")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    srb.kill()
    srb.start()
    for line in lines:
        line.set()
    e2e.wait_until(lambda: has_case(srb, found["case"]), "the second request", MISSED_S)
    e2e.wait_until(lambda: row_of(srb, "AUT")["withheld"] == 0, "nothing is missed", MISSED_S)

    def is_told():
        """AUT has cosigned what says so, and had to read it before."""
        said = verified(srb.bundle("--withheld", found["origin"]))
        e2e.equal(said["counts"]["late"], said["counts"]["withheld"], "what came late")
        e2e.equal({leaf["tie"] for leaf in said["found"][::2]}, {"opening"}, "what ties them")
        return all(any(line["origin"] == found["origin"] for line in entry["cosignatures"])
                   for entry in said["found"][1::2])
    e2e.wait_until(is_told, "the author's cosignature", MISSED_S)
    plain = e2e.run([srb.bundle("--withheld")], program="cairn-verify").out
    e2e.check("it came after all" in plain and "has not come" not in plain, plain)


story.run()
