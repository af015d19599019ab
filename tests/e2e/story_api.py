"""The HTTP API over TLS: what each role may, the same request twice, four eyes, pages, reasons."""
import http.client
import json
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import e2e  # noqa: E402

story = e2e.Story("api")
tokens, found = {}, {}
ROLES = ("booth", "bureau", "auditor", "admin")


def ask(node, role, method, target, body=None, **headers):
    """One request with a role's token; gives status and JSON."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    link = http.client.HTTPSConnection("127.0.0.1", node.http, context=context, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if role is not None:
        named["Authorization"] = "Bearer " + tokens[role]
    if body is not None:
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        named.setdefault("Content-Type", "application/json")
    link.request(method, target, body=body, headers=named)
    reply = link.getresponse()
    data = reply.read()
    link.close()
    is_json = "json" in (reply.getheader("Content-Type") or "")
    return reply.status, json.loads(data) if is_json else data.decode(errors="replace")


def expect(node, role, method, target, status, body=None, number=None, **headers):
    got, answer = ask(node, role, method, target, body, **headers)
    e2e.equal(got, status, f"{role}: {method} {target}: {answer}")
    if number is not None:
        e2e.equal(answer["code"], number, f"{role}: {method} {target}")
    return answer


@story.case("two countries, a token for each role")
def _(world):
    aut, _ = world.connect("AUT", "SRB")
    for role in ROLES:
        made = aut.cairn("token", "create", "--role", role, "--actor", f"{role}-1")
        tokens[role] = made["token"]
    tokens["second"] = aut.cairn("token", "create", "--role", "bureau", "--actor", "B-2")["token"]
    listed = aut.cairn("token", "list")
    e2e.equal(sorted(row["role"] for row in listed), sorted((*ROLES, "bureau")), "tokens")
    e2e.check("token" not in listed[0], "a list shows a secret")
    aut.refused(301, "token", "create", "--role", "king", "--actor", "K-1")


@story.case("each role may what the policy says, and no more")
def _(world):
    aut, = world.nodes("AUT")
    may = {("GET", "/v1/status"): ROLES, ("GET", "/metrics"): ROLES,
           ("GET", "/v1/alerts"): ("bureau",), ("GET", "/v1/cases"): ("bureau",),
           ("GET", "/v1/partners"): ("admin",), ("GET", "/v1/policy"): ("admin",),
           ("GET", "/v1/audit/export?all=true"): ("auditor",), ("GET", "/v1/tokens"): ()}
    for (method, target), roles in may.items():
        for role in ROLES:
            status, answer = ask(aut, role, method, target)
            e2e.equal(status, 200 if role in roles else 403, f"{role}: {method} {target}: {answer}")
    expect(aut, None, "GET", "/v1/alerts", 401, number=305)
    e2e.equal(ask(aut, None, "GET", "/healthz"), (200, {"well": True}), "health")
    question = {"purpose": "border.check", "document": {"issuer": "AUT", "number": "X1"}}
    expect(aut, "booth", "POST", "/v1/screen", 200, question)
    expect(aut, "admin", "POST", "/v1/screen", 403, question, 301)


@story.case("a look-up without purpose does not run")
def _(world):
    aut, = world.nodes("AUT")
    expect(aut, "booth", "POST", "/v1/screen", 422,
           {"document": {"issuer": "AUT", "number": "X1"}}, 640)
    aut.refused(640, "screen", "--document", "X1", "--issuer", "AUT")
    aut.refused(640, "screen", "--document", "X1", "--issuer", "AUT", "--purpose", "p")


@story.case("the same request twice is one alert; another under its key is refused")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    body = e2e.alert("Zweimal")
    first = expect(aut, "bureau", "POST", "/v1/alerts", 201, body, Idempotency_Key="k-1")
    again = expect(aut, "bureau", "POST", "/v1/alerts", 201, body, Idempotency_Key="k-1")
    e2e.equal(again, first, "the second answer")
    expect(aut, "bureau", "POST", "/v1/alerts", 409, e2e.alert("Anders"), 312,
           Idempotency_Key="k-1")
    aut.restart()
    later = expect(aut, "bureau", "POST", "/v1/alerts", 200, body, Idempotency_Key="k-1")
    e2e.equal((later["id"], later["entry"], later["repeated"]),
              (first["id"], first["entry"], True), "after a restart")
    expect(aut, "bureau", "POST", "/v1/alerts", 409, e2e.alert("Anders"), 312,
           Idempotency_Key="k-1")
    e2e.wait_until(lambda: srb.alert(first["id"]), "the partner shows it")
    e2e.equal(len(srb.alert(first["id"])["history"]), 1, "operations at the partner")
    found["id"] = first["id"]


@story.case("four eyes are two people, each with a token of their own")
def _(world):
    aut, = world.nodes("AUT")
    body = e2e.alert("Vier", category="REF", action="REFUSE_ENTRY", reason="entry_ban",
                     decision={"reference": "1", "date": e2e.day(-1), "authority": "BFA"})
    expect(aut, "bureau", "POST", "/v1/alerts", 422, body, 635)
    expect(aut, "bureau", "POST", "/v1/alerts", 401, body, 305, Cairn_Second_Token="cairn_x")
    expect(aut, "bureau", "POST", "/v1/alerts", 403, body, 301, Cairn_Second_Token=tokens["booth"])
    expect(aut, "bureau", "POST", "/v1/alerts", 422, body, 635,
           Cairn_Second_Token=tokens["bureau"])
    expect(aut, "bureau", "POST", "/v1/alerts?second_actor=B-2", 401, body, 305)
    made = expect(aut, "bureau", "POST", "/v1/alerts", 201, body,
                  Cairn_Second_Token=tokens["second"])
    e2e.equal(made["national"], True, "no rule speaks of it")


@story.case("a fault says where it is")
def _(world):
    aut, = world.nodes("AUT")
    body = e2e.alert("Wo")
    body["nationalities"] = ["FRA", "QQQ"]
    answer = expect(aut, "bureau", "POST", "/v1/alerts", 422, body, 150)
    e2e.equal(answer["pointer"], "/nationalities/1", "pointer")
    answer = expect(aut, "bureau", "POST", "/v1/alerts", 422, {**e2e.alert("Wo"), "colour": "red"},
                    195)
    e2e.equal(answer["pointer"], "/colour", "pointer")


@story.case("an amendment may not reach a country that the policy withholds from")
def _(world):
    aut, = world.nodes("AUT")
    aut.apply(e2e.POLICY.replace("[WARN, DOC], to: all}",
                                 "[WARN, DOC], to: all, never: [nationality]}"))
    made = expect(aut, "bureau", "POST", "/v1/alerts", 201, e2e.alert("Nie"))
    target = f"/v1/alerts/{made['id']}"
    expect(aut, "bureau", "POST", target + "/amend", 403, {"set": {"nationalities": ["SRB"]}}, 306)
    expect(aut, "bureau", "POST", target + "/amend", 200, {"set": {"contact": "new@aut.example"}})
    shown = expect(aut, "bureau", "GET", target, 200)
    e2e.equal(shown["body"]["contact"], "new@aut.example", "contact")
    e2e.equal([row["kind"] for row in shown["history"]], ["alert.issue", "alert.amend"], "history")
    expect(aut, "bureau", "POST", target + "/withdraw", 200, {"reason": "revoked"})
    expect(aut, "bureau", "POST", target + "/amend", 422, {"set": {"contact": "x@y.example"}}, 634)


@story.case("lists come in pages")
def _(world):
    aut, = world.nodes("AUT")
    whole = expect(aut, "bureau", "GET", "/v1/alerts?limit=1000", 200)["alerts"]
    paged, after = [], ""
    while after is not None:
        page = expect(aut, "bureau", "GET", f"/v1/alerts?limit=1{after and '&after=' + after}", 200)
        e2e.check(len(page["alerts"]) <= 1, "a page is too long")
        paged += page["alerts"]
        after = page.get("next")
    e2e.equal(paged, whole, "all pages together")
    e2e.check(len(whole) >= 2, "too few alerts for pages")
    active = expect(aut, "bureau", "GET", "/v1/alerts?status=active&from=AUT", 200)["alerts"]
    e2e.equal({row["status"] for row in active}, {"active"}, "states")
    expect(aut, "bureau", "GET", "/v1/alerts?status=happy", 422, number=611)
    expect(aut, "bureau", "GET", "/v1/alerts?limit=0", 400, number=107)
    expect(aut, "bureau", "GET", "/v1/alerts?after=zz", 400, number=108)


@story.case("a revoked token is worth nothing at once")
def _(world):
    aut, = world.nodes("AUT")
    number = next(row["id"] for row in aut.cairn("token", "list") if row["role"] == "booth")
    aut.cairn("token", "revoke", number)
    expect(aut, "booth", "GET", "/v1/status", 401, number=305)
    aut.refused(310, "token", "revoke", number)


@story.case("policy explain runs the version that the first commit names")
def _(world):
    aut, srb = world.nodes("AUT", "SRB")
    # the policies rest in a private feed, which is folded at the heartbeat
    said = e2e.wait_until(lambda: next((done.data for done in [aut.run(
        "policy", "explain", found["id"])] if done.code == 0), None), "explained", 90)
    e2e.equal((said["rule"]["number"], said["rule"]["never_nationality"], said["audience"]),
              (2, False, ["AUT", "SRB"]), "the first policy, not the second")
    srb.refused(302, "policy", "explain", found["id"])


story.run()
