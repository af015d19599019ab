"""Many booths ask at once, and the node is killed with -9 while they do, more than once. Whatever
was answered is in the evidence: also of a minute that fills more than one commit."""
import http.client
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e

BOOTHS, ENOUGH = 4, (30, 6000, 300)  # look-ups before each kill; 4,000 fill a commit

story = e2e.Story("lookups")
answered = set()


class Booth(threading.Thread):
    """Asks for one name after the other until the node does not answer any more."""

    def __init__(self, node, name):
        super().__init__()
        self.node, self.name, self.answered, self.trouble = node, name, [], None

    def run(self):
        while self.trouble is None:
            surname = f"{self.name}x{len(self.answered)}" + "A" * 80
            question = {"purpose": "border.check",
                        "name": {"surname": surname, "given": "B" * 80, "born": "1974-08-12"}}
            try:
                status, answer = self.node.ask("POST", "/v1/screen", question, ("booth", "B-17"))
            except (OSError, http.client.HTTPException, ValueError):
                return  # killed
            if status == 200:
                self.answered.append(surname)
            else:
                self.trouble = f"{status}: {answer}"


@story.case("booths ask; the node is killed in the middle, and starts again")
def _(world):
    geo = world.make("GEO").start()
    geo.apply()
    for turn, enough in enumerate(ENOUGH):
        booths = [Booth(geo, f"Petrow{turn}x{at}") for at in range(BOOTHS)]
        for booth in booths:
            booth.start()
        e2e.wait_until(lambda: sum(len(booth.answered) for booth in booths) >= enough,
                       f"{enough} look-ups are answered", 120)
        geo.kill()
        for booth in booths:
            booth.join()
            e2e.check(booth.trouble is None, booth.trouble)
            answered.update(booth.answered)
        geo.start()
    print(f"# {len(answered)} look-ups were answered")


@story.case("every look-up that was answered is in the evidence, which is whole")
def _(world):
    geo, = world.nodes("GEO")
    e2e.wait_until(lambda: answered <= recorded(geo), "the evidence has the look-ups", 75)
    verified = e2e.run([geo.bundle("--all"), "--trust", geo.fingerprint], program="cairn-verify")
    e2e.equal(verified.code, 0, str(verified))


def recorded(node):
    """Surnames in the look-ups of the node's evidence."""
    return {row[6][0] for operation in node.operations() if operation.kind == 16
            for row in operation.body[1]}


story.run()
