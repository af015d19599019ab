"""A whole network, a second time: which country may read which entry, what it then shows, and what
it answers at the border. Written from docs/protocol.md, docs/format.md and docs/openapi.yaml.

No crypto and no lines: what a country was told to write goes into a feed, and who is a member of
the feed has it at once. Ids and dates, which nobody can foretell, are those that the author answered.

    network = Network()
    network.country("AUT", audiences, release)
    network.recognise("AUT", "SRB")        and the other way: before that they share nothing
    network.allows("AUT", AMEND, name, body, now_ms)      numbers of refusal; empty: it may
    network.tell("AUT", AMEND, name, body, answer)
    network.alert("SRB", name)             as GET /v1/alerts/NAME shows it; None: it does not"""
import datetime

from model_format import (ACCEPT, ACK, ALERTS, AMEND, BATCH, CASES, CATEGORIES, CODES, DROP, ISSUE,
                          LEAVE, REFUSE, REQUEST, WITHDRAW, coercion, is_minor, node_country, table,
                          day_of)
from model_merge import ACTIVE, LEFT, NONE, Alert, Case, Entry, refusal

KINDS = {ISSUE: "alert.issue", AMEND: "alert.amend", WITHDRAW: "alert.withdraw",
         LEAVE: "alert.leave", BATCH: "alert.batch", REQUEST: "case.request", ACK: "case.ack",
         ACCEPT: "case.accept", REFUSE: "case.refuse", DROP: "case.withdraw"}
ALERT_STATUS = ("none", "active", "left", "withdrawn")
CASE_STATUS = ("none", "sent", "received", "accepted", "refused", "withdrawn", "conflict")
FROZEN = ("no", "kind", "limit")


class Feed:
    """members only grow. wanted: the audience it stands for, "national" where nobody else will ever
    read it; withheld: whom a rule keeps out."""

    def __init__(self, author, wanted, withheld):
        self.author, self.wanted, self.withheld = author, wanted, withheld
        self.members, self.is_open = {author}, True


class Told:
    """One operation that a country was told to write. readers: who has it, for good. Where nobody
    else will ever read the feed it waits for the heartbeat, up to a minute."""

    def __init__(self, feed, entry):
        self.feed, self.entry, self.object = feed, entry, entry.object
        self.readers, self.waits = {feed.author}, feed.wanted == "national"


class Country:
    def __init__(self, code, audiences, release):
        self.code, self.audiences, self.release = code, audiences, release
        self.partners, self.feeds = set(), []


def fits(pattern, kind):
    return pattern in ("*", kind) or pattern.endswith(".*") and kind.startswith(pattern[:-1])


class Network:
    def __init__(self):
        self.countries, self.told = {}, []

    def country(self, code, audiences, release):
        self.countries[code] = Country(code, audiences, release)

    # who is whose partner

    def recognise(self, one, other):
        """Its open feeds admit the other where the policy would have given it every entry, also
        where it is the first who may read it. P-87"""
        here = self.countries[one]
        here.partners.add(other)
        for feed in here.feeds:
            if feed.is_open and other in self.named(here, feed.wanted) - feed.withheld:
                feed.members.add(other)
        self.deliver()

    def remove(self, one, other):
        here = self.countries[one]
        here.partners.discard(other)
        for feed in here.feeds:
            feed.is_open = feed.is_open and other not in feed.members

    @staticmethod
    def named(here, wanted):
        """Countries of an audience, as far as they are partners now. wanted: a name, or a state"""
        if wanted == "national":
            return set()
        listed = here.audiences.get(wanted, {wanted})
        return here.partners if listed == "partners" or wanted == "all" \
            else here.partners & set(listed)

    # what is written

    def rule(self, here, kind, body):
        """docs/format.md, section 7. gives: audience, countries that are kept out"""
        category = CATEGORIES[body[1]]["name"] if kind in ALERTS else None
        for rule in here.release:
            if any(fits(pattern, KINDS[kind]) for pattern in rule["kinds"]) \
                    and category in rule.get("categories", [category]):
                break
        else:
            return "national", set()
        never, withheld = rule.get("never", []), set()
        if "nationality" in never:
            withheld |= {node_country(code) for code in body.get(17, [])}
        if "birth_country" in never and 1 in body.get(16, {}):
            withheld.add(node_country(body[16][1]))
        wanted = rule["to"]
        if wanted == "parties":
            wanted = body[3] if here.code == body[2] else body[2]
        elif here.audiences.get(wanted, "partners") != "partners":
            withheld &= set(here.audiences[wanted])
        return wanted, withheld - {here.code}

    def feed(self, here, wanted, withheld):
        listed = here.audiences.get(wanted, "partners")
        if listed != "partners" and not set(listed) - withheld - {here.code}:
            wanted, withheld = "national", set()  # whoever joins, it is for nobody
        for feed in here.feeds:
            if feed.is_open and (feed.wanted, feed.withheld) == (wanted, withheld):
                return feed
        feed = Feed(here.code, wanted, withheld)
        feed.members |= self.named(here, wanted) - withheld
        here.feeds.append(feed)
        return feed

    def place(self, author, kind, object, body):
        """The feed for it: by the policy what founds, where the object lives what follows."""
        here = self.countries[author]
        founding = next((t for t in self.told if t.object == object), None)
        if founding is None:
            return self.feed(here, *self.rule(here, kind, body))
        if kind in CASES:
            return self.feed(here, *self.rule(here, kind, founding.entry.body))
        home = [t.feed for t in self.told if t.object == object][-1]
        return home if home.is_open else self.feed(here, home.wanted, home.withheld)

    def make(self, author, kind, object, body, told=(bytes(32), bytes(16), 0)):
        """An entry that follows all that its author has. told: entry id, feed id, time in ms"""
        feed, here = self.place(author, kind, object, body), self.has(author, object)
        heads = (Case if kind in CASES else Alert)(here).heads()
        seen_by = {t.entry.id: t.feed.members for t in self.told if t.object == object}
        parents = sorted(id for id in heads if seen_by[id] >= feed.members)
        id, feed_id, ms = told
        count = len(self.told)
        return feed, Entry(id, feed_id, count, author, {
            0: kind, 1: object, 2: parents, 3: (ms << 16) + count, 5: ["1", "2"], 7: body,
            8: sorted(heads - set(parents))})

    def allows(self, author, kind, object, body, now_ms):
        """Numbers with which the author's node refuses it."""
        feed, entry = self.make(author, kind, object, body, (bytes(32), bytes(16), now_ms))
        wrong = refusal(entry)
        if wrong:
            return wrong
        fold = (Case if kind in CASES else Alert)([*self.has(author, object), entry])
        wrong = fold.verdict[entry.id] - {0}
        if kind in CASES and feed.wanted not in self.countries[author].partners:
            wrong = wrong | {304}
        if not wrong and kind == AMEND:
            says, home = fold.view()["body"], self.place(author, kind, object, body)
            _, withheld = self.rule(self.countries[author], ISSUE, says)
            wrong = {306} if withheld - home.withheld and home.wanted != "national" else set()
        return wrong

    def tell(self, author, kind, object, body, told):
        self.told.append(Told(*self.make(author, kind, object, body, told)))
        self.deliver()
        return self.told[-1]

    def deliver(self):
        """Two countries share what the feeds give while each recognises the other."""
        for told in self.told:
            author = told.feed.author
            told.readers |= {reader for reader in told.feed.members
                             if reader in self.countries[author].partners
                             and author in self.countries[reader].partners}

    # what a country then has

    def has(self, reader, object):
        return [t.entry for t in self.told if t.object == object and reader in t.readers]

    def alert_state(self, reader, object):
        """gives: view of docs/merge.md, history; None when it is not to be shown"""
        entries = self.has(reader, object)
        if not entries:
            return None
        fold = Alert(entries)
        view = fold.view()
        return None if view["status"] in (NONE, LEFT) else (view, fold)

    def alert(self, reader, object):
        found = self.alert_state(reader, object)
        if found is None:
            return None
        view, fold = found
        body = view["body"]
        shown = {"id": object, "country": object[:3], "status": ALERT_STATUS[view["status"]],
                 "is_batch": view["batch"], "frozen": FROZEN[view["frozen"]],
                 "issued": moment(view["issued"] >> 16), "changed": moment(view["changed"] >> 16),
                 "feeds": sorted(feed.hex() for feed in view["places"]),
                 "conflicts": [table(3, ISSUE)[key].name for key in sorted(view["conflicts"])],
                 "body": to_json(3, table(3, ISSUE), {k: v for k, v in body.items() if k != 28}),
                 "history": history(fold)}
        if view["batch"]:
            shown |= {"row_count": len(body[28]), "rows_withdrawn": sorted(view["rows_withdrawn"])}
        if view["withdrawn"]:
            shown |= {"withdrawn": moment(view["withdrawn"] >> 16),
                      "withdrawal": to_json(3, table(3, WITHDRAW), view["withdraw"])}
        return shown

    def alert_line(self, reader, object):
        """As a list shows it."""
        shown = self.alert(reader, object)
        return shown and {**{key: shown[key] for key in ("id", "country", "status", "issued",
                                                         "changed")},
                          **{key: shown["body"][key] for key in ("category", "action", "from",
                                                                 "expires")}}

    def case(self, reader, object):
        entries = self.has(reader, object)
        if not entries:
            return None
        fold = Case(entries)
        view = fold.view()
        if view["status"] == NONE:
            return None
        shown = {"id": object, "requesting": view["requesting"], "requested": view["requested"],
                 "status": CASE_STATUS[view["status"]], "frozen": FROZEN[view["frozen"]],
                 "persons_accepted": sorted(view["persons"]), "history": history(fold),
                 "request": to_json(4, table(4, REQUEST), view["request"])}
        for name in ("sent", "received", "answered", "withdrawn", "changed"):
            if view[name]:
                shown[name] = moment(view[name] >> 16)
        for name, key, kind in (("acceptance", "accept", ACCEPT), ("refusal", "refuse", REFUSE),
                                ("withdrawal", "withdraw", DROP)):
            if view[key]:
                shown[name] = to_json(4, table(4, kind), view[key])
        return shown

    def waiting(self):
        """Objects that the views may not show yet."""
        return {t.object for t in self.told if t.waits}

    def objects(self, kinds):
        return sorted({t.object for t in self.told if t.entry.kind in kinds})

    # what it answers

    def in_force(self, reader, now_ms):
        """Alerts that a border post may see: (id, body, rows withdrawn)"""
        for object in self.objects(ALERTS):
            found = self.alert_state(reader, object)
            if found and found[0]["status"] == ACTIVE \
                    and found[0]["body"][7] <= now_ms < found[0]["body"][8]:
                yield object, found[0]["body"], found[0]["rows_withdrawn"]

    def screen_document(self, reader, now_ms, issuer, number, kind=None):
        """gives: {(id, row or None): what a match says of it}"""
        found = {}
        for object, body, withdrawn in self.in_force(reader, now_ms):
            papers = [(None, paper, body.get(27, paper.get(8))) for paper in body.get(18, [])]
            papers += [(at, row, row[8]) for at, row in enumerate(body.get(28, []))
                       if at not in withdrawn]
            for row, paper, status in papers:
                first, last = paper[3], paper.get(7, paper[3])
                if node_country(paper[2]) == node_country(issuer) and len(number) == len(first) \
                        and first <= number <= last \
                        and kind in (None, CODES[3, "document_kind"][paper[1]]):
                    found[object, row] = match(body, now_ms, status)
        return found

    def screen_name(self, reader, now_ms, surname, given, born):
        """The same name with the same birth, both as they are written, or with none on record."""
        return {(object, None): match(body, now_ms, None)
                for object, body, _ in self.in_force(reader, now_ms)
                if any((name.get(2), name.get(3)) == (surname, given) for name in body.get(13, []))
                and born in body.get(14, [born])}


def match(body, now_ms, document_status):
    shown = to_json(3, table(3, ISSUE), {key: body[key] for key in (1, 2, 3, 4, 6, 7, 8, 11)
                                         if key in body})
    shown |= {"coercion": coercion(body[1], body[2]),
              "is_minor": bool(body.get(23) or is_minor(body.get(14, []), day_of(now_ms)))}
    if document_status is not None:
        shown["document_status"] = CODES[3, "document_status"][document_status]
    return shown


# docs/format.md, section 8

def moment(ms):
    when = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return when.isoformat(timespec="milliseconds") + "Z"


def item_to_json(section, field, value):
    if field.type.startswith("code"):
        return (CODES.get((section, field.rest)) or CODES[3, field.rest])[value]
    if field.type == "map":
        return to_json(section, table(section, field.rest), value)
    return moment(value) if field.type == "time" else value.hex() if field.type == "bin" else value


def to_json(section, fields, body):
    return {fields[key].name: item_to_json(section, fields[key], value)
            if fields[key].least is None
            else [item_to_json(section, fields[key], one) for one in value]
            for key, value in body.items()}


def from_json(section, fields, body):
    """The other way, for what a country is told in JSON."""
    keys = {field.name: field for field in fields.values()}
    return {keys[name].key: item_from_json(section, keys[name], value)
            if keys[name].least is None
            else [item_from_json(section, keys[name], one) for one in value]
            for name, value in body.items()}


def item_from_json(section, field, value):
    if field.type.startswith("code"):
        codes = CODES.get((section, field.rest)) or CODES[3, field.rest]
        return next(number for number, text in codes.items() if text == value)
    if field.type == "map":
        return from_json(section, table(section, field.rest), value)
    if field.type == "time":
        when = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        return round(when.timestamp() * 1000)
    return bytes.fromhex(value) if field.type == "bin" else value


def history(fold):
    """Every operation in order; what has no effect says why."""
    return [{"kind": KINDS[e.kind], "country": e.country, "time": moment(e.ms),
             "entry": e.id.hex(), "feed": e.feed.hex(),
             "has_effect": fold.verdict[e.id] == {0}} for e in fold.order]
