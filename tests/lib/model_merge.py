"""What operations mean, a second time: docs/merge.md as slow, plain Python.

    refusal(entry)     error numbers with which it is refused for ever; empty: it is taken
    Alert(entries)     what these taken operations of one alert come to
    Case(entries)      the same of a case

Every verdict is a set of the numbers that the page allows: {0} has effect, {401} waits. Nothing
here is incremental, and every question is answered from the whole set (S1)."""
from model_format import (ACCEPT, ACK, ALERTS, AMEND, BATCH, CASES, DROP, ISSUE, KNOWN, LEAVE,
                          LISTS, REFUSE, REQUEST, TAKING, WITHDRAW, alert_faults, coercion, date_of,
                          day_of, faults, is_fallback, map_faults, table)

WAITS, STRANGE, TWICE, NO_EDGE, FOLLOWS, EARLY, STEP = 401, 184, 311, 313, 634, 605, 655
REPUDIATED = 318
KEPT = 512
NONE, ACTIVE, LEFT, WITHDRAWN = range(4)
SENT, RECEIVED, ACCEPTED, REFUSED, DROPPED, CONFLICT = range(1, 7)


class Entry:
    """One opened entry. operation: the map of protocol.md, section 4."""

    def __init__(self, id, feed, index, country, operation, floor_ms=0):
        self.id, self.feed, self.index, self.country = id, feed, index, country
        self.kind, self.object, self.hlc = operation[0], operation[1], operation[3]
        self.is_known, self.floor_ms = self.kind in KNOWN, floor_ms
        self.body = operation.get(7, {}) if self.is_known else {}
        self.parents = operation.get(2, []) if self.is_known else []
        self.after = operation.get(8, []) if self.is_known else []
        self.actors = operation.get(5, [])
        self.owner, self.ms = self.object[:3], self.hlc >> 16
        self.place = (self.hlc, self.id)
        self.is_repudiated = False  # nobody stands by it any more (P-16)

    def rank(self):
        return 0 if self.kind in TAKING else 1 if self.country == self.owner else 2


def refusal(entry):
    found = {EARLY} if entry.ms < entry.floor_ms else set()
    if entry.kind not in (*ALERTS, *CASES):
        return found | {STRANGE}
    if entry.kind in CASES:
        if entry.kind in (REQUEST, DROP) and entry.country != entry.owner \
                or entry.kind in (ACK, ACCEPT, REFUSE) and entry.country == entry.owner:
            found |= {650}
    elif entry.country != entry.owner:
        found |= {302} if entry.is_known else {302, STRANGE}
    if entry.is_known:
        found |= faults(entry.kind, entry.body, entry.ms, entry.country, entry.actors)
    return found


class History:
    """The set in its order, what each operation knew, and its verdict. The rules of a kind of
    object are in `judge(entry)`, asked in order of those that nothing else speaks against."""

    def __init__(self, entries):
        entries = sorted({entry.id: entry for entry in entries}.values(), key=lambda e: e.place)
        kept = sorted(entries, key=lambda e: (e.rank(), e.place))[:KEPT]
        self.is_cut, self.is_frozen = len(kept) < len(entries), False
        self.order = sorted(kept, key=lambda e: e.place)
        self.by_id = {entry.id: entry for entry in self.order}
        self.past, self.verdict, self.alive = {}, {}, set()
        self.prepare()
        for entry in self.order:
            wrong = self.look_back(entry)
            if entry.is_repudiated:
                wrong = {REPUDIATED}  # S9
            elif not entry.is_known:
                wrong = {STRANGE}
                self.is_frozen = self.is_frozen or self.is_party(entry.country)
            elif entry.kind in TAKING:
                wrong = set()  # S6
            elif self.is_frozen:
                wrong = wrong | {WAITS}
            elif not wrong:
                wrong = self.judge(entry)
            self.verdict[entry.id] = wrong or {0}
            self.alive |= set() if wrong else {entry.id}
        self.finish()

    def look_back(self, entry):
        """Edges (S5, S7, S8), also through those that nobody stands by (S9)."""
        wrong, known, beyond = set(), set(), set()
        for parent in entry.parents:
            other = self.by_id.get(parent)
            if other is None:
                wrong |= {WAITS}
            elif other.hlc >= entry.hlc:
                wrong |= {EARLY}
            elif other.is_repudiated:
                beyond |= self.past[parent]
            elif self.is_live(parent):
                known.add(parent)
            else:
                wrong |= {WAITS} if self.verdict[parent] == {WAITS} else {WAITS, NO_EDGE}
        for name in entry.after:
            other = self.by_id.get(name)
            if other is None or other.hlc >= entry.hlc:
                continue
            if other.is_repudiated:
                beyond |= self.past[name]
            elif self.is_live(name):
                known.add(name)
        self.past[entry.id] = known.union(beyond, *(self.past[one] for one in known))
        return wrong

    def prepare(self):
        pass

    def is_live(self, id):
        return id in self.alive

    def finish(self):
        pass

    def all(self, *kinds):
        """Those that somebody stands by."""
        return [e for e in self.order if e.kind in kinds and not e.is_repudiated]

    def repudiated(self, *kinds):
        return [e for e in self.order if e.is_repudiated and (not kinds or e.kind in kinds)]

    def live(self, *kinds):
        return [e for e in self.order if self.is_live(e.id) and (not kinds or e.kind in kinds)]

    def knew(self, entry, *kinds):
        return [e for e in self.order if e.id in self.past[entry.id] and e.kind in kinds]

    def latest(self, entries):
        """Of these, those that none of them knew."""
        known = set().union(*(self.past[e.id] for e in entries)) if entries else set()
        return [e for e in entries if e.id not in known]

    def heads(self):
        return {e.id for e in self.latest([e for e in self.live() if self.verdict[e.id] == {0}])}

    def frozen(self):
        return 1 if self.is_frozen else 2 if self.is_cut else 0

    def changed(self):
        return max((e.hlc for e in self.order if self.verdict[e.id] == {0}), default=0)


class Alert(History):
    def prepare(self):
        self.first, self.whole = None, {}  # whole: bodies of operations that write everything

    def is_party(self, country):
        return True

    def is_left(self, founding, before=float("inf")):
        """A4: by the index in the feed alone."""
        return any(e.feed == founding.feed and founding.index < e.index < before
                   for e in self.all(LEAVE))

    def judge(self, entry):
        if any(4 not in e.body for e in self.knew(entry, WITHDRAW)):
            return {FOLLOWS, NO_EDGE, WAITS}
        return self.judge_amendment(entry) if entry.kind == AMEND else self.judge_founding(entry)

    def finish(self):
        for entry in self.live(WITHDRAW):
            if 4 in entry.body and self.first and self.first.kind != BATCH:
                self.verdict[entry.id] = {643}  # A7; it is live all the same

    def judge_founding(self, entry):
        if any(e.feed == entry.feed and e.index < entry.index and not self.is_left(e, entry.index)
               for e in self.all(ISSUE, BATCH) if e is not entry):
            return {TWICE}
        if self.first and (self.first.kind, self.first.body[1]) != (entry.kind, entry.body[1]):
            return {TWICE}
        self.first = self.first or entry
        self.whole[entry.id] = entry.body
        return set()

    def judge_amendment(self, entry):
        knew = self.knew(entry, ISSUE, BATCH, AMEND)
        if not any(e.kind != AMEND for e in knew):
            return {NO_EDGE, WAITS, FOLLOWS}
        base, _, is_torn = self.say(knew)
        if entry.ms >= base[8]:
            return {FOLLOWS}
        wrong = self.is_bad_step(self.join([*knew, entry], False)[0], entry)
        if wrong and is_torn:
            body = self.apply(base, entry.body)
            if not self.is_bad_step(body, entry):
                self.whole[entry.id] = self.mend(body)
                return set()
        return wrong

    def is_bad_step(self, body, entry):
        """Is the alert no longer whole, or what the amendment itself set in need of repair?"""
        whole, own = self.mend(body), entry.body.get(1, {})
        found = {number for key, number in ((3, 614), (9, 615))
                 if key in own and whole.get(key) != body[key]}
        return found | self.is_wrong(whole, entry.ms)

    # what it says

    def is_wrong(self, body, ms):
        kind = self.first.kind
        return map_faults(3, table(3, kind), body) or alert_faults(body, ms, self.first.owner,
                                                                   kind == BATCH)

    @staticmethod
    def apply(base, change):
        body = {**base, **change.get(1, {})}
        for key in LISTS:
            gone, more = change.get(3, {}).get(key, []), change.get(2, {}).get(key, [])
            items = [i for i in body.pop(key, []) if i not in gone]
            items += [i for at, i in enumerate(more) if i not in items and i not in more[:at]]
            body |= {key: items} if items else {}
        return body

    @staticmethod
    def mend(body):
        """M2: two repairs."""
        body = dict(body)
        if 3 in body and not is_fallback(body[1], body[2], body[3]):
            del body[3]
        last = day_of(body[8])
        if 9 in body and date_of(body[9]) and date_of(body[9]) > last:
            body[9] = last.isoformat()
        return body

    def join(self, entries, is_capped=True):
        """Field by field (M2 to M5): body, conflicts"""
        body, conflicts = {}, set()
        for key in [k for k in range(1, 29) if k not in LISTS]:
            writers = self.latest([e for e in entries if e.id in self.whole
                                   or key in e.body.get(1, {}) and e.kind == AMEND])
            values = [self.whole[w.id].get(key) if w.id in self.whole else w.body[1][key]
                      for w in writers]
            if values and (value := self.safest(key, values)) is not None:
                body[key] = value
            if any(v != values[0] for v in values[1:]) and not any(
                    {w.id for w in writers} <= self.past[e.id] for e in entries):
                conflicts.add(key)
        for key, most in LISTS.items():
            if items := self.grow(key, entries)[:most if is_capped else None]:
                body[key] = items
        return body, conflicts

    def say(self, entries):
        """What these live operations say together: body, conflicts, is it torn?"""
        body, conflicts = self.join(entries)
        if len(self.latest(entries)) > 1 and self.is_wrong(self.mend(body), entries[-1].ms):
            return self.stand(entries, body), conflicts, True
        return self.mend(body), conflicts, False

    def grow(self, key, entries):
        """M5: an element stays until an operation that knew it takes it away."""
        found = []
        for adder in entries:
            more = self.whole[adder.id].get(key, []) if adder.id in self.whole \
                else adder.body.get(2, {}).get(key, [])
            for item in more:
                if item not in found and not any(
                        adder.id in self.past[e.id] and (
                            e.id in self.whole or item in e.body.get(3, {}).get(key, []))
                        for e in entries):
                    found.append(item)
        return found

    def stand(self, entries, merged):
        """Where they do not fit together one head stands, at its mildest."""
        heads = self.latest(entries)
        said = [self.mend(self.join([e for e in entries if e is head
                                     or e.id in self.past[head.id]], False)[0]) for head in heads]
        said = [body for body in said if body[7] < merged[8]] or said
        best = said[0]
        for body in said[1:]:
            if coercion(body[1], body[2]) <= coercion(best[1], best[2]):
                best = body
        mild = self.mend({**best, 10: merged[10], 8: merged[8]})
        return best if self.is_wrong(mild, heads[-1].ms) else mild

    def safest(self, key, values):
        """M3, M4: values of operations that did not know each other, in their order."""
        there = [v for v in values if v is not None]
        if key in (2, 3) and there:
            category = self.first.body[1]
            least = min(coercion(category, v) for v in there)
            return [v for v in there if coercion(category, v) == least][-1]
        if key in (8, 9) and there:
            return min(there)
        if key == 7:
            return max(there)
        if key == 10:
            return {1: max(v[1] for v in there), 2: max(v[2] for v in there),
                    3: max(v[3] for v in there), 4: min(v[4] for v in there)}
        if key == 17 and there:
            joined = [c for v in there for c in v]
            return [c for at, c in enumerate(joined) if c not in joined[:at]][:8]
        if key == 23 and True in there:
            return True
        if key == 24 and there:
            return sorted(there, key=lambda v: (v[2] != 1, not v[3]))[-1]
        if key == 26 and there:
            return sorted(there, key=lambda v: not v[1])[-1]
        return values[-1]

    def view(self):
        withdrawals = [e for e in self.live(WITHDRAW) if 4 not in e.body]
        founded = self.live(ISSUE, BATCH)
        places = {e.feed for e in founded if not self.is_left(e)}
        body, conflicts, is_torn = self.say(self.live(ISSUE, BATCH, AMEND)) if founded \
            else ({}, set(), False)
        stolen = [] if founded else self.repudiated(ISSUE, BATCH)  # M14: as the first was written
        body = stolen[0].body if stolen else body
        rows = {row for e in self.live(WITHDRAW) for row in e.body.get(4, [])
                if row < len(body.get(28, []))}
        return {"status": WITHDRAWN if stolen else NONE if not founded
                else WITHDRAWN if withdrawals else ACTIVE if places else LEFT,
                "repudiated": bool(stolen), "frozen": self.frozen(), "batch": 28 in body,
                "body": body,
                "conflicts": conflicts, "torn": is_torn,
                "issued": (founded + stolen)[0].hlc if founded or stolen else 0,
                "changed": self.changed(),
                "withdrawn": withdrawals[0].hlc if withdrawals else 0,
                "withdraw": withdrawals[0].body if withdrawals else {},
                "rows_withdrawn": rows, "places": places, "heads": self.heads()}


class Case(History):
    def prepare(self):
        requests = self.all(REQUEST)
        self.request = None
        self.later = {e.id for e in requests for other in requests
                      if other.feed == e.feed and other.index < e.index}

    def is_party(self, country):
        return country == self.order[0].owner or bool(
            self.request and country == self.request.body[3])

    def judge(self, entry):
        if entry.kind == REQUEST:
            if entry.id in self.later or self.request:
                return {TWICE}
            self.request = entry
            return set()
        return self.judge_answer(entry)

    def judge_answer(self, entry):
        if not self.request:
            return {WAITS, EARLY} if self.all(REQUEST) else {WAITS}
        if entry.country != self.request.body[3]:
            return {650}
        if self.request.id not in self.past[entry.id]:
            return {EARLY, STEP, NO_EDGE, 650, WAITS}
        if entry.kind == ACK:
            return set()
        knew = self.knew(entry, DROP, REFUSE, *([ACCEPT] if entry.kind == REFUSE else []))
        found = {STEP} if knew else set()
        if entry.kind == ACCEPT:
            listed = self.listed(entry)
            if max(listed) >= len(self.request.body[11]):
                found |= {651}
            if listed <= set().union(*(self.listed(e) for e in self.knew(entry, ACCEPT))):
                found |= {STEP}
        return found

    def listed(self, entry):
        return set(range(len(self.request.body[11])) if entry.body[1] else entry.body[2])

    def view(self):
        acks, yes, no, drops = (self.live(k) for k in (ACK, ACCEPT, REFUSE, DROP))
        request = self.request or next(iter(self.repudiated(REQUEST)), None)
        is_stolen = bool(self.repudiated())  # K7
        status = (NONE if not request else DROPPED if drops
                  else CONFLICT if is_stolen or yes and no
                  else ACCEPTED if yes else REFUSED if no else RECEIVED if acks else SENT)
        first = lambda entries: min((e.hlc for e in entries), default=0)
        body = lambda entries: entries[0].body if entries else {}
        return {"status": status, "repudiated": is_stolen, "frozen": self.frozen(),
                "requesting": request.body[2] if request else "",
                "requested": request.body[3] if request else "",
                "request": request.body if request else {},
                "persons": set().union(*(self.listed(e) for e in yes)),
                "is_accepted": bool(yes), "is_refused": bool(no),
                "sent": request.hlc if request else 0, "received": first(acks + yes + no),
                "answered": first(yes + no), "withdrawn": first(drops),
                "changed": self.changed(), "accept": body(yes), "refuse": body(no),
                "withdraw": body(drops), "heads": self.heads()}
