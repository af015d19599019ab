"""Border posts ask: hit, no hit, unreadable. Every look-up is recorded before it is answered, with
who asked and why; an auditor finds it in the exported evidence, and no other country gets it."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

TD3 = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
       "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
OTHER = ["I<UTOD231458907<<<<<<<<<<<<<<<",
         "3407127M9507122UTO<<<<<<<<<<<2",
         "STEVENSON<<PETER<<<<<<<<<<<<<<"]
CUT = ["PPUTOPAPANDROPOULOUS<<JONATHON<WARREN<TREVOR",
       "L898902C<3UTO6908061F9406236ZE184226B<<<<<14"]

story = e2e.Story("screen")
found = {}


def zone(node, lines, *words):
    return node.screen("--mrz", "-", *words, text="\n".join(lines) + "\n")


@story.case("AUT warns of two persons and lists a stolen document")
def _(world):
    aut, geo = world.connect("AUT", "GEO")
    found["document"] = aut.issue(e2e.alert("Nilsson", documents=[
        {"kind": "P", "issuer": "UTO", "number": "L898902C3"}], births=["1960-01-02"]))
    found["person"] = aut.issue(e2e.alert("Eriksson", names=[
        {"kind": "main", "surname": "Eriksson", "given": "Anna Maria", "quality": 1}]))
    path = world.file("documents.csv", "issuer,type,number,status,issued,expires\n"
                                       "AUT,P,KE4192750,stolen,2021-06-01,2031-06-01\n")
    aut.act("import", path, "--as", "documents-csv")
    e2e.wait_until(lambda: len(geo.alerts()) == 3, "GEO shows the three of them")


@story.case("a zone is a hit at a booth in GEO: the document, and the holder by name and birth")
def _(world):
    geo, = world.nodes("GEO")
    answer = zone(geo, TD3)
    e2e.equal(answer["verdict"], "hit", "verdict")
    e2e.equal({match["id"] for match in answer["matches"]}, {found["document"], found["person"]},
              "matches")
    for match in answer["matches"]:
        e2e.check(match["why"], "a hit without a reason")
        e2e.equal(match["country"], "AUT", "country that warns")


@story.case("another zone is no hit, and says how fresh the data of each country is")
def _(world):
    geo, = world.nodes("GEO")
    answer = zone(geo, OTHER)
    e2e.equal((answer["verdict"], answer["matches"]), ("no_hit", []), "answer")
    e2e.check("AUT" in {row["country"] for row in answer["freshness"]}, "AUT's freshness")


@story.case("a zone whose name may be cut is uncertain, which is not a no-hit")
def _(world):
    geo, = world.nodes("GEO")
    answer = zone(geo, CUT)
    e2e.equal((answer["verdict"], answer["matches"]), ("uncertain", []), "answer")
    e2e.check(any("cut" in text for text in answer["cautions"]), "no caution")


@story.case("a damaged zone is unreadable, which is not a no-hit")
def _(world):
    geo, = world.nodes("GEO")
    for lines in (TD3[:1], [TD3[0], TD3[1][:-1]], ["", ""], [TD3[0], TD3[1].replace("C", "?")]):
        answer = zone(geo, lines)
        e2e.equal((answer["verdict"], answer["matches"]), ("unreadable", []), f"answer to {lines}")


@story.case("a wrong check digit is searched as it is read, and said")
def _(world):
    geo, = world.nodes("GEO")
    answer = zone(geo, [TD3[0], TD3[1].replace("L898902C36", "L898902C37")])
    e2e.equal(answer["verdict"], "hit", "verdict")
    e2e.check(any("check digit" in text for text in answer["cautions"]), "no caution")


@story.case("documents and names are found in any usual spelling")
def _(world):
    geo, = world.nodes("GEO")
    for number in ("KE4192750", "ke 4192750", "KE-4192750"):
        answer = geo.screen("--document", number, "--issuer", "AUT")
        e2e.equal((answer["verdict"], len(answer["matches"])), ("hit", 1), f"answer to {number}")
    for surname, given in (("ERIKSSON", "ANNA MARIA"), ("Eriksson", "Anna Maria")):
        answer = geo.screen("--name", surname, "--given", given, "--born", "1974-08-12")
        e2e.equal([match["id"] for match in answer["matches"]], [found["person"]], "matches")
    answer = geo.screen("--name", "Eriksson", "--given", "Anna Maria", "--born", "1974-08-13")
    e2e.equal(answer["verdict"], "no_hit", "verdict with another birth date")


@story.case("without a purpose, or who asks, there is no answer")
def _(world):
    geo, = world.nodes("GEO")
    asked = ("screen", "--document", "KE4192750", "--issuer", "AUT")
    geo.refused(640, *asked, "--actor", "B-17")
    geo.refused(640, *asked, "--purpose", "border.check")


@story.case("every look-up is in the evidence, also after kill -9: who asked what, and why")
def _(world):
    geo, = world.nodes("GEO")
    last = geo.screen("--document", "ZZ0000001", "--issuer", "AUT")
    e2e.equal(last["verdict"], "no_hit", "verdict")
    geo.kill()   # at once: what was answered must be durable
    geo.start()  # the first flush of a node is a heartbeat, which commits private entries
    wanted = {("document", "ZZ0000001"), ("document", "KE4192750"), ("name", "Eriksson"),
              ("zone", TD3[1]), ("zone", OTHER[1]), ("zone", CUT[0])}
    e2e.wait_until(lambda: wanted <= asked(geo), "the evidence has the look-ups", 75)


def asked(node):
    """(type, key) of every look-up in the node's evidence."""
    rows = [row for operation in node.operations() if operation.kind == 16
            for row in operation.body[1]]
    for row in rows:
        e2e.equal((row[2], row[3], row[4]), ("border.check", "booth", "B-17"), "who asked")
    types = {1: "document", 2: "name", 3: "zone"}
    return {(types[row[5]], key) for row in rows for key in row[6]}


@story.case("no other country gets a look-up")
def _(world):
    aut, = world.nodes("AUT")
    e2e.equal([one for one in aut.operations() if one.kind == 16], [], "look-ups AUT holds")
    e2e.equal(e2e.holds_bytes(aut.dir, b"ZZ0000001"), [], "AUT's files with the number")


story.run()
