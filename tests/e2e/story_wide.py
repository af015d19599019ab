"""A country works alone for a while. Whoever becomes a partner later gets everything that the policy
gave it when it was written, and nothing that was withheld from it, whatever fell in between."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

ROWS = 100000
ORACLE = pathlib.Path(__file__).resolve().parents[1] / "lib/oracle/verify_bundle.py"
POLICY = """\
policy: 1
audiences: {region: [AUT, SRB], lone: [GEO], all: partners}
release:
  - {kinds: [alert.batch], to: all}
  - {kinds: [alert.*], categories: [WARN], to: all, never: [nationality, birth_country]}
  - {kinds: [alert.*], categories: [CHK], to: region}
  - {kinds: [alert.*], categories: [JUD], to: lone, never: [nationality]}
  - {kinds: [case.*], to: parties}
accept: {default: {kinds: [alert.*, case.*], entries_per_s: 1000000}}
roles: {booth: [screen], bureau: [screen, alert.*, case.*], admin: [partner.*, policy.*]}
"""
NARROW = POLICY.replace("categories: [WARN], to: all", "categories: [WARN], to: region")

story = e2e.Story("wide")
found = {}


def issue(node, body):
    """gives: id, and whether it stays at home for ever"""
    said = node.act("alert", "issue", "-", text=e2e.json.dumps(body))
    return said["id"], said["national"]


def wanted(name, kind="WARN", **changes):
    if kind == "CHK":
        return e2e.check_alert(name, **changes)
    if kind == "WARN":
        return e2e.alert(name, **changes)
    if kind == "JUD":
        return e2e.alert(name, category="JUD", action="REPORT_ADDRESS", reason="witness",
                         decision={"reference": "7 St 12", "date": e2e.day(-3),
                                   "authority": "LG Wien"}, **changes)
    return e2e.alert(name, category="MISP", action="PROTECT", reason="missing",
                     case={"risk": "missing_adult"}, **changes)


@story.case("AUT, which has no partner, applies a policy and issues alerts")
def _(world):
    aut = world.make("AUT").start()
    aut.apply(POLICY)
    for key, body, stays in (
            ("all", wanted("Offenbar"), False),
            ("changed", wanted("Geaendert"), False),
            ("not GEO", wanted("Verborgen", nationalities=["GEO"]), False),
            ("not GEO, SRB", wanted("Doppelt", nationalities=["GEO", "SRB"]), False),
            ("born in POL", wanted("Geboren", birth_place={"country": "POL"}), False),
            ("region", wanted("Regional", "CHK"), False),
            ("nobody", wanted("Niemand", "JUD", nationalities=["GEO"]), True),
            ("national", wanted("Daheim", "MISP"), True)):
        found[key], is_national = issue(aut, body)
        e2e.equal(is_national, stays, f"is the alert for {key} national for good?")
    e2e.equal(aut.alert(found["all"])["body"]["names"][0]["surname"], "Offenbar", "shown at once")


def begin_import(world, node):
    words = ["import", found["path"], "--as", "documents-csv", "--dir", node.dir, *e2e.OFFICER]
    with open(world.place / "import.log", "ab") as log:
        return subprocess.Popen([e2e.BIN / "cairn", *map(str, words)], stdout=log, stderr=log,
                                stdin=subprocess.DEVNULL)


@story.case("its daemon is killed in the middle of a large import, and starts again")
def _(world):
    aut, = world.nodes("AUT")
    found["path"], _ = world.generate("documents.csv", "make_documents.py", "--rows", str(ROWS))
    before = aut.journal()
    process = begin_import(world, aut)
    e2e.wait_until(lambda: aut.journal() > before + 1 or process.poll() is not None,
                   "the import has begun")
    is_over = process.poll() is not None
    aut.kill()
    process.wait(e2e.LIMIT_S)
    aut.start()
    print(f"# the import was {'over by then' if is_over else 'cut off'}")
    words = ("import", found["path"], "--as", "documents-csv", *e2e.OFFICER)
    done = e2e.wait_until(lambda: (one := aut.run(*words)).number not in (401, 402) and one,
                          "the import is taken up again")
    e2e.equal(done.data["accepted"], ROWS, "rows accepted in all")
    aut.act("alert", "amend", found["changed"], "-", text='{"set": {"contact": "later"}}')
    found["after"], _ = issue(aut, wanted("Nachherova", nationalities=["GEO"]))


def arrives(node, key):
    e2e.wait_until(lambda: node.alert(found[key]), f"{node.country} shows the alert for {key}")


def is_hidden(node, *keys):
    for key in keys:
        e2e.equal(node.alert(found[key]), None, f"the alert for {key} at {node.country}")


@story.case("SRB becomes the first partner, and catches up with all that it may have")
def _(world):
    aut, = world.nodes("AUT")
    srb = world.make("SRB").start()
    srb.apply(POLICY)
    srb.meet(aut)
    aut.meet(srb)
    for key in ("all", "changed", "not GEO", "born in POL", "region", "after"):
        arrives(srb, key)
    e2e.wait_until(lambda: srb.alert(found["changed"])["body"]["contact"] == "later",
                   "SRB has the amendment")
    rows = found["path"].read_text().splitlines()[1:]
    for row in (rows[0], rows[ROWS // 2], rows[-1]):
        issuer, _, number, *_ = row.split(",")
        e2e.wait_until(lambda: srb.screen("--document", number, "--issuer", issuer)["matches"],
                       "SRB finds an imported document")
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB holds the whole journal")
    srb.settle()
    e2e.equal(srb.rows(), ROWS, "imported rows at SRB")
    is_hidden(srb, "not GEO, SRB", "nobody", "national")


@story.case("GEO is the next one, while AUT falls: what was withheld from it is nowhere there")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    geo = world.make("GEO").start()
    geo.apply(POLICY)
    geo.meet(aut, srb)
    aut.meet(geo)
    srb.meet(geo)
    aut.kill()
    aut.start()
    for key in ("all", "changed", "born in POL"):
        arrives(geo, key)
    e2e.wait_until(lambda: geo.held("AUT") == aut.journal(), "GEO holds the whole journal")
    geo.settle()
    e2e.wait_until(lambda: geo.rows() == ROWS, "GEO has the imported rows")
    hidden = {"not GEO": b"Verborgen", "not GEO, SRB": b"Doppelt", "after": b"Nachherova",
              "region": b"Regional", "nobody": b"Niemand", "national": b"Daheim"}
    is_hidden(geo, *hidden)
    e2e.check(e2e.holds_bytes(srb.dir, b"Verborgen"), "the search does not see what is there")
    for key, name in hidden.items():
        e2e.equal(e2e.holds_bytes(geo.dir, name), [], f"GEO's files with {name}")
    for body in aut.sealed(found["not GEO"]):
        wanted_pieces = e2e.pieces(body)[:4]
        e2e.check(e2e.holds_any(srb.dir, wanted_pieces), "the search does not see what is there")
        e2e.equal(e2e.holds_any(geo.dir, wanted_pieces), [], "GEO's files with sealed bytes")


@story.case("the policy becomes narrower: each entry goes by the policy of its own day")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.apply(NARROW)
    found["narrow"], _ = issue(aut, wanted("Schmal"))
    arrives(srb, "narrow")
    aut.refused(303, "alert", "amend", found["all"], "-", *e2e.OFFICER,
                text='{"set": {"contact": "x"}}')
    pol = world.make("POL").start()
    pol.apply(POLICY)
    pol.meet(aut)
    aut.meet(pol)
    for key in ("all", "not GEO", "not GEO, SRB"):
        arrives(pol, key)
    e2e.wait_until(lambda: pol.held("AUT") == aut.journal(), "POL holds the whole journal")
    pol.settle()
    is_hidden(pol, "born in POL", "narrow", "region", "nobody", "national")


@story.case("a partner that is removed and added again gets what was written meanwhile")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    aut.cairn("partner", "remove", "SRB")
    e2e.wait_until(lambda: not srb.is_linked("AUT"), "the link is closed")
    found["meanwhile"], _ = issue(aut, wanted("Inzwischen"))
    found["meanwhile not SRB"], _ = issue(aut, wanted("Nimmermehr", nationalities=["SRB"]))
    aut.restart()
    aut.meet(srb)
    arrives(srb, "meanwhile")
    e2e.wait_until(lambda: srb.held("AUT") == aut.journal(), "SRB holds the whole journal")
    srb.settle()
    is_hidden(srb, "meanwhile not SRB", "not GEO, SRB", "nobody", "national")
    e2e.check(srb.alert(found["all"]), "SRB lost what it was given")


@story.case("all of it is whole as evidence, for cairn verify and for the oracle")
def _(world):
    for node in world.all.values():
        path = node.bundle("--all")
        done = e2e.run(["verify", path, "--json"])
        e2e.equal(done.code, 0, str(done))
    naive = subprocess.run([sys.executable, ORACLE, world.all["AUT"].bundle("--all")],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    e2e.equal(naive.returncode, 0, naive.stdout)


story.run()
