"""`cairn bench` on its own throw-away nodes: small counts; what it prints, not how fast it is."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e  # noqa: E402

story = e2e.Story("bench")
WANTED = {"append": {"append_median", "append_p99", "fdatasync_median", "fdatasync_p99",
                     "append_to_fdatasync"},
          "catchup": {"load", "load_body", "catchup", "catchup_time"},
          "live": {"live_median", "live_p99"},
          "lookup": {"load", "load_body", "lookup_rows", "lookup_median", "lookup_p99"}}


def measure(part, count):
    done = e2e.run(["bench", part, "--count", count, "--json"], limit_s=240)
    e2e.equal(done.code, 0, str(done))
    rows = {row["name"]: row for row in done.data["results"]}
    e2e.equal(set(rows), WANTED[part], f"what {part} measures")
    for name, row in rows.items():
        e2e.check(row["value"] > 0, f"{name}: {row}")
        e2e.check(row["unit"], f"{name} has no unit")


for part, count in (("append", 20), ("catchup", 3000), ("live", 5), ("lookup", 5000)):
    @story.case(f"{part} measures and leaves nothing behind")
    def _(world, part=part, count=count):
        os.environ["TMPDIR"] = str(world.place)
        measure(part, count)
        e2e.equal(list(world.place.glob("cairn-bench-*")), [], "left behind")


@story.case("a node of a live network takes no measurements: B42")
def _(world):
    node = world.make("AUT", network="northern").start()
    for part in ("load", "append", "lookup"):
        status, answer = node.ask("POST", f"/v1/bench/{part}?count=5")
        e2e.equal((status, answer.get("code")), (403, 307), f"{part}: {answer}")


@story.case("no such measurement is an error of usage")
def _(world):
    e2e.equal(e2e.run(["bench", "sleep"]).code, 2, "exit code")


story.run()
