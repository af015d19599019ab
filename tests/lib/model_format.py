"""Which bodies of alerts and cases are whole, read from docs/format.md: its tables are parsed here,
its rules written a second time. Naive, and by another mind than the code.

    faults(kind, body, hlc_ms, country)      error numbers that may be given for it; empty: whole

ANY among them: something is wrong for which the page names no single number. Zones (B19, C07) are
not modelled; nobody who uses this writes any."""
import calendar
import datetime
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANY = -1
ISSUE, AMEND, WITHDRAW, LEAVE, BATCH = 32, 33, 34, 35, 36
REQUEST, ACK, ACCEPT, REFUSE, DROP = 64, 65, 66, 67, 68
ALERTS, CASES = range(32, 64), range(64, 96)
KNOWN = (ISSUE, AMEND, WITHDRAW, LEAVE, BATCH, REQUEST, ACK, ACCEPT, REFUSE, DROP)
TAKING = (WITHDRAW, LEAVE, DROP)
LISTS = {13: 32, 14: 8, 18: 16, 19: 10, 20: 9}  # fields that grow together, and what they hold
DAY_MS = 86400000
CHA, CHT, REF, RET, ARR, DOC, DBL = 7, 8, 2, 3, 1, 13, 14
TEXT_RULES = {"number": r"[A-Z0-9]+", "reference": r"[A-Z0-9/-]+", "mrz name": r"[A-Z<]+",
              "language": r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "script": r"[A-Z][a-z]{3}",
              "authority": r"[A-Z]{3}-[A-Za-z0-9-]+"}


class Field:
    def __init__(self, cells):
        self.key, self.name, self.must = int(cells[0]), cells[1].strip("`"), cells[3] == "m"
        kind, self.least, self.most = cells[2], None, None
        many = re.match(r"(\d+)\.\.(\d+) × (.*)", kind)
        if many:
            self.least, self.most, kind = int(many[1]), int(many[2]), many[3]
        self.type, _, self.rest = kind.partition(": " if ":" in kind else " ")


def cells_of(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_page():
    """gives: shapes {(section, title): {key: Field}}, codes {(section, list): {number: text}},
    categories {number: row}"""
    shapes, codes, categories, section, title = {}, {}, {}, 0, None
    for line in (ROOT / "docs/format.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = int(line[3])
        elif match := re.match(r"### [a-z]+\.[a-z]+ \((\d+)\)", line):
            title = int(match[1])
        elif match := re.match(r"\*\*([a-z_]+)\*\*$", line):
            title = match[1]
        elif section in (2, 3, 4) and re.match(r"\| \d+ \| `", line):
            field = Field(cells_of(line))
            shapes.setdefault((section, title), {})[field.key] = field
        elif section in (3, 4) and " · " in line and line.startswith("| "):
            name, entries = cells_of(line)
            codes[section, name] = {int(n): text for n, text in re.findall(r"(\d+) (\S+)", entries)}
        elif section == 3 and re.match(r"\| \d+ \| [A-Z]+ \|", line):
            number, name, actions, life, needs, reasons = cells_of(line)
            first, last = reasons.split("..")
            categories[int(number)] = {
                "name": name,
                "actions": {a: int(n) for a, n in re.findall(r"([A-Z_]+) (\d)", actions)},
                "most": int(life.split(", ")[1]), "needs": needs,
                "reasons": range(int(first), int(last) + 1)}
        elif line.startswith("Actions: 1 "):
            line, _, _ = line.partition(". Among")
            codes[3, "action"] = {int(n): t for n, t in re.findall(r"(\d+) ([A-Z_]+)", line)}
    codes[3, "category"] = {number: row["name"] for number, row in categories.items()}
    return shapes, codes, categories


SHAPES, CODES, CATEGORIES = read_page()
SET_KEYS = (2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 15, 16, 17, 21, 22, 23, 24, 25, 26, 27)
COERCION = {action: row["actions"][name] for row in CATEGORIES.values()
            for action, name in CODES[3, "action"].items() if name in row["actions"]}
HARD = {action for row in CATEGORIES.values() for action, name in CODES[3, "action"].items()
        if row["actions"].get(name, 0) >= 4}
COUNTRIES = {line.split("\t")[0] for name in ("iso3166-1", "icao-special", "iso3166-withdrawn")
             for line in (ROOT / f"tests/data/codes/{name}.tsv").read_text(encoding="utf-8")
             .splitlines()[1:]}


def table(section, name):
    """A table of this section, or of the part that both share."""
    return SHAPES.get((section, name)) or SHAPES[2, name]


def coercion(category, action):
    """In this category; a fallback may come from another one."""
    name = CODES[3, "action"][action]
    return CATEGORIES[category]["actions"].get(name, COERCION[action])


def is_fallback(category, action, fallback):
    """B14: one that may stand beside the action, and has less coercion."""
    allowed = CODES[3, "action"][fallback] in CATEGORIES[category]["actions"] \
        or category not in (DOC, DBL) and CODES[3, "action"][fallback] in ("REPORT_ADDRESS",
                                                                           "INFORM_ONLY")
    return allowed and coercion(category, fallback) < coercion(category, action)


def node_country(code):
    return "DEU" if code == "D" else "GBR" if code in ("GBD", "GBN", "GBO", "GBP", "GBS") else code


def date_of(text):
    """A day, or None."""
    try:
        return datetime.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def birth_range(text):
    """First and last day of a birth as written; the whole of time for an unknown one; or None."""
    if text == "XXXX-XX-XX":
        return datetime.date.min, datetime.date.max
    if years := re.fullmatch(r"(\d{4})/(\d{4})", text):
        low, high = int(years[1]), int(years[2])
        return (datetime.date(low, 1, 1), datetime.date(high, 12, 31)) if 0 < low < high else None
    if re.fullmatch(r"\d{4}-XX-XX", text) and text[:4] != "0000":
        return datetime.date(int(text[:4]), 1, 1), datetime.date(int(text[:4]), 12, 31)
    if re.fullmatch(r"\d{4}-\d\d-XX", text):
        first = date_of(text[:7] + "-01")
        return first and (first, first.replace(
            day=calendar.monthrange(first.year, first.month)[1]))
    day = date_of(text)
    return day and (day, day)


def luhn(digits):
    odd = sum(int(d) for d in digits[-1::-2])
    return (odd + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])) % 10 == 0


def text_faults(value, rest):
    most, _, rule = rest.lstrip("≤ ").partition(", ")
    if not 1 <= len(value.encode()) <= int(most):
        return {103, 624, ANY}
    if any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) in range(0x202A, 0x202F) for c in value):
        return {106, 624}
    if rule in ("free", "remark"):
        runs = re.findall(r"(?:\d[ -]?){13,19}", value)
        long = len(value) > (500 if rule == "free" else 2000)
        card = any(luhn(re.sub(r"\D", "", run)) for run in runs)
        return {636} if long or card or re.search(r"(\+|\b00)\d{8,15}\b", value) else set()
    if rule == "object id":
        return set()  # nobody writes a wrong one
    return set() if rule not in TEXT_RULES or re.fullmatch(TEXT_RULES[rule], value) else {624, ANY}


def value_faults(section, field, value):
    bare = field.type
    if bare == "map":
        return map_faults(section, table(section, field.rest), value)
    if bare == "code:" or bare == "code":
        if type(value) is not int or value < 0:
            return {110, 107, 611}
        known = CODES.get((section, field.rest)) or CODES[3, field.rest]
        return set() if value in known else {611, 652}
    if bare in ("uint", "time"):
        low, high = (0, (1 << 47) - 1) if bare == "time" else map(int, field.rest.split(".."))
        return set() if type(value) is int and low <= value <= high else {107, 110}
    if bare == "bool":
        return set() if type(value) is bool else {110}
    if bare == "bin":
        return set() if type(value) is bytes and len(value) == int(field.rest) else {103, 110, ANY}
    if type(value) is not str:
        return {110}
    if bare == "country":
        return set() if value in COUNTRIES else {150, ANY}
    if bare == "date":
        return set() if date_of(value) else {151, 618, ANY}
    if bare == "birth":
        return set() if birth_range(value) else {151, 618, ANY}
    return text_faults(value, field.rest)


def map_faults(section, fields, body, all_needed=True):
    if type(body) is not dict:
        return {110}
    found = set() if set(body) <= set(fields) else {117, 643, ANY}
    for key, field in fields.items():
        if key not in body:
            found |= {116} if field.must and all_needed else set()
        elif field.least is None:
            found |= value_faults(section, field, body[key])
        elif type(body[key]) is not list:
            found |= {110}
        else:
            found |= set() if field.least <= len(body[key]) <= field.most else {103, 107, ANY}
            found |= set().union(*(value_faults(section, field, item) for item in body[key]))
    if section and not all_needed and not body:
        found |= {116, ANY}
    return found


# rules of whole bodies

def day_of(ms):
    return datetime.date(1970, 1, 1) + datetime.timedelta(ms // DAY_MS)


def months_later(ms, months):
    """The same day of the month and time of day, so many months on; the last one if none is."""
    day = day_of(ms)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    there = datetime.date(year, month + 1, min(day.day, last))
    return (there - datetime.date(1970, 1, 1)).days * DAY_MS + ms % DAY_MS


def years_before(day, years):
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)


def is_minor(births, today):
    """What is unknown counts for the child; an unknown year says nothing."""
    edge = years_before(today, 18)
    return any(birth_range(b)[1] > edge for b in births if not b.startswith("X"))


def birth_faults(births, today):
    oldest = years_before(today, 130)
    return {618} if any(not b.startswith("X") and (birth_range(b)[0] > today
                        or birth_range(b)[1] < oldest) for b in births) else set()


def document_faults(document, today):
    issued, expires = (date_of(document.get(key, "")) for key in (4, 5))
    late = issued and issued > today
    return {618, ANY} if late or issued and expires and expires < issued else set()


def range_size(first, last):
    """How many numbers a range of blanks stands for; 0: it is none."""
    common = re.match(r".*?(?=\d*$)", first)[0]
    if len(first) != len(last) or not last.startswith(common) or last <= first:
        return 0
    tail = last[len(common):]
    return int(tail) - int(first[len(common):]) + 1 if tail.isdigit() else 0


def alert_faults(body, hlc_ms, country, is_batch):
    """A whole alert of this country, whose shape is right, as of this time."""
    found, today, category = set(), day_of(hlc_ms), CATEGORIES[body[1]]
    needs, is_thing = category["needs"], body[1] in (DOC, DBL)
    actions = {a: coercion(body[1], a) for a, name in CODES[3, "action"].items()
               if name in category["actions"]}
    if body[2] not in actions:
        found |= {614}
    if 3 in body and not is_fallback(body[1], body[2], body[3]):
        found |= {614}
    if body[4] not in category["reasons"]:
        found |= {611}
    if body[6][:3] != country:
        found |= {644}
    if not hlc_ms + 30 * DAY_MS >= body[7] or not body[7] < body[8] \
            or body[8] > months_later(body[7], category["most"]):
        found |= {615}
    if 9 in body and not day_of(body[7]) <= date_of(body[9]) <= day_of(body[8]):
        found |= {615}
    if is_batch:
        found |= {643} if body[1] != DOC else set()
        seen = [(row[1], row[2], row[3]) for row in body[28]]
        found |= {639} if len(set(seen)) < len(seen) else set()
        for row in body[28]:
            found |= document_faults(row, today)
            found |= {621} if node_country(row[2]) != country else set()
        return found
    return found | (thing_faults if is_thing else person_faults)(body, today, country, needs)


def thing_faults(body, today, country, needs):
    found = set()
    if set(body) & {13, 14, 15, 16, 17, *range(19, 27)}:
        found |= {643}
    if len(body.get(18, [])) != 1:
        found |= {617, 643, ANY}
    if 27 not in body:
        found |= {116, 643, ANY}
    for document in body.get(18, []):
        found |= document_faults(document, today)
        found |= {643} if 6 in document or 8 in document else set()
        found |= {621} if node_country(document[2]) != country else set()
        if 7 in document:
            found |= {643} if body[1] != DBL else set()
            size = range_size(document[3], document[7])
            found |= {622} if not 1 < size <= 100000 else set()
    return found


def person_faults(body, today, country, needs):
    found, births, documents = set(), body.get(14, []), body.get(18, [])
    names, owned = body.get(13, []), body.get(17, [])
    if not any(name[1] == 1 and (2 in name or 4 in name) for name in names):
        found |= {617}
    if any(not {2, 3, 4} & set(name) for name in names):
        found |= {617, ANY}
    if not documents and not any(not b.startswith("X") for b in births):
        found |= {617}
    found |= birth_faults(births, today)
    for document in documents:
        found |= document_faults(document, today)
        found |= {622, 643} if 7 in document else set()
    if 9 not in body:
        found |= {615, 116, ANY}
    if "decision" in needs and 21 not in body or body[1] == ARR and 22 not in body:
        found |= {616}
    if 21 in body and date_of(body[21][2]) > today:
        found |= {616}
    if body[1] == RET and 24 not in body or body[1] == REF and country in map(node_country, owned):
        found |= {638}
    found |= {643} if 24 in body and body[1] != RET or 26 in body and body[1] != 11 else set()
    found |= {643} if 27 in body else set()
    if "check" in needs and 26 not in body:
        found |= {643, 116, ANY}
    if "case" in needs and 25 not in body:
        found |= {633, 643, 116, ANY}
    minor = body.get(23) or is_minor(births, today)
    if minor and body[2] == 1 and body[4] == 10:
        found |= {633}
    if (minor or body[1] in (CHA, CHT)) and 2 not in body.get(25, {}):
        found |= {633}
    return found


def request_faults(body, hlc_ms, country):
    found, today, persons = set(), day_of(hlc_ms), body[11]
    if body[2] == body[3] or body[2] != country or {body[2], body[3]} & set(body.get(20, [])):
        found |= {650}
    if [p[1] for p in persons].count(1) != 1 or any(not {2, 3} & set(p) for p in persons) \
            or 13 not in body and 17 not in body or body[6] == 2 and 10 not in body \
            or body[5] in (3, 4, 5, 6) and 9 not in body \
            or any(d[9] >= len(persons) for d in body.get(12, [])):
        found |= {651}
    if not body[8][1] or date_of(body[8][2]) > today:
        found |= {616}
    found |= {618} if any(date_of(body.get(key, "")) and date_of(body[key]) > today
                          for key in (9, 10)) else set()
    found |= birth_faults([p[6] for p in persons], today)
    for document in body.get(12, []):
        found |= document_faults(document, today)
    if any({"XXB", "XXC"} & set(p[9]) for p in persons) or "asylum" in body.get(19, "") \
            or any(e[1] == 42 for e in body.get(13, [])) and any(body[3] in p[9] for p in persons):
        found |= {653}
    if all(is_minor([p[6]], today) for p in persons) and 18 not in body:
        found |= {654}
    hashes = [e[2] for e in body.get(13, [])]
    return found | ({657} if len(set(hashes)) < len(hashes) else set())


def amend_faults(body, hlc_ms):
    """Alone: what it does is for the fold."""
    whole = table(3, ISSUE)
    parts = {1: {key: whole[key] for key in SET_KEYS}, **dict.fromkeys(
        (2, 3), {key: whole[key] for key in LISTS})}
    if not body or not set(body) <= {1, 2, 3}:
        return {116, 117, ANY}
    found = set().union(*(map_faults(3, parts[key], part, False) for key, part in body.items()))
    if found:
        return found
    today, more = day_of(hlc_ms), body.get(2, {})
    late = date_of(body.get(1, {}).get(21, {}).get(2, ""))
    return ({616} if late and late > today else set()).union(
        birth_faults(more.get(14, []), today),
        *(document_faults(document, today) for document in more.get(18, [])))


def faults(kind, body, hlc_ms, country, actors):
    """What is wrong with this body alone, whose operation is well-formed."""
    if kind == LEAVE:
        return {117, 110} if body != {} else set()
    if kind == AMEND:
        found = amend_faults(body, hlc_ms)
        hard = not found and body.get(1, {}).get(2) in HARD
    else:
        section = 3 if kind in ALERTS else 4
        found = map_faults(section, table(section, kind), body)
        hard = not found and kind in (ISSUE, BATCH) and coercion(body[1], body[2]) >= 4
    if found:
        return found
    if hard and (len(actors) < 2 or actors[0] == actors[1]):
        found |= {635}
    if kind in (ISSUE, BATCH):
        found |= alert_faults(body, hlc_ms, country, kind == BATCH)
    if kind == WITHDRAW:
        found |= {ANY} if (3 in body) != (body[1] == 4) else set()
        rows = body.get(4, [])
        found |= {639, ANY} if rows != sorted(set(rows)) else set()
    if kind == REQUEST:
        found |= request_faults(body, hlc_ms, country)
    if kind == ACCEPT:
        listed = body.get(2, [])
        found |= {651} if body[1] == bool(listed) or listed != sorted(set(listed)) else set()
    if kind == REFUSE:
        found |= {651} if body[1] != sorted(set(body[1])) else set()
    return found | ({653} if any("asylum" in str(value) for value in body.values())
                    and kind in (ACCEPT, REFUSE, DROP) else set())
