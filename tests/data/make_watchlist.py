"""The watch list of names/ as alerts, one JSON object a line: cairn import FILE --as alerts-jsonl.

    make_watchlist.py [--country AUT] [--from 2026-03-01] [--rows N] [--list FILE]

One alert WARN / INFORM_ONLY for each entity of the list, in its order; `reason_text` ends with the
entity's id, so that a hit can be traced to it. --from: first day in force; today (UTC) if absent.
The rules ask for a birth date or a document: an entity with no date of birth, or one too long ago,
gets an invented document. Fields and limits: docs/format.md, sections 1 to 3."""
import argparse
import datetime
import hashlib
import json
import pathlib
import sys
import unicodedata

LIST = pathlib.Path(__file__).resolve().parent / "names" / "screen-list.jsonl"
NAMES_MAX, FULL_BYTES = 32, 200
OLDEST_YEARS, ADULT_YEARS = 130, 18
FORBIDDEN = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029,
                           *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
KINDS = {"primary": ("main", 1), "alias": ("alias", 2), "original_script": ("alias", 2),
         "weak_alias": ("alias", 4)}
SCRIPTS = {"Latin": "Latn", "Cyrillic": "Cyrl", "Arabic": "Arab", "Han": "Hani", "Kana": "Hrkt",
           "Hebrew": "Hebr", "Greek": "Grek", "Hangul": "Hang", "Tamil": "Taml", "Georgian": "Geor",
           "Devanagari": "Deva", "Armenian": "Armn", "Thai": "Thai", "Gurmukhi": "Guru",
           "Bengali": "Beng", "Myanmar": "Mymr", "Malayalam": "Mlym"}


def names(entity):
    """At most 32; the first is the main name when the list calls none so."""
    rows = []
    for source in entity["names"][:NAMES_MAX]:
        kind, quality = KINDS[source["kind"]]
        full = unicodedata.normalize("NFC", source["name"].translate(FORBIDDEN))
        assert 0 < len(full.encode()) <= FULL_BYTES
        rows.append({"kind": kind, "full": full, "script": SCRIPTS[source["script"]],
                     "quality": quality})
    if all(row["kind"] != "main" for row in rows):
        rows[0]["kind"] = "main"
    return rows


def birth(text, today):
    """YYYY, YYYY-MM or YYYY-MM-DD with the unknown parts masked; None without a usable one."""
    if not text or int(text[:4]) < today.year - OLDEST_YEARS + 1:
        return None
    return text + "-XX-XX"[:10 - len(text)] if len(text) == 4 else (text + "-XX")[:10]


def is_minor(masked, today):
    """Might the person be under 18? Unknown parts count as the last of the year."""
    year, month, day = masked.split("-")
    month = 12 if month == "XX" else int(month)
    day = 31 if day == "XX" else int(day)
    return (int(year) + ADULT_YEARS, month, day) > (today.year, today.month, today.day)


def document(entity, country):
    number = int(hashlib.sha256(entity["id"].encode()).hexdigest(), 16) % 10 ** 8
    return {"kind": "P", "issuer": entity.get("nationality", country), "number": f"X{number:08d}"}


def alert(entity, country, today):
    end = today + datetime.timedelta(180)  # within the six months that are usual
    out = {"category": "WARN", "action": "INFORM_ONLY", "reason": "other_information",
           "reason_text": f"Entry of a public list, {entity['id']}",
           "authority": f"{country}-lists", "from": f"{today}T00:00:00.000Z",
           "expires": f"{end}T00:00:00.000Z", "review": str(today + datetime.timedelta(90)),
           "handling": {"code": "H0", "source": "A", "information": 1, "onward": "none"},
           "contact": f"lists@{country.lower()}.example", "names": names(entity)}
    born = birth(entity.get("birth_date"), today)
    if born:
        out["births"] = [born]
    else:
        out["documents"] = [document(entity, country)]
    if "sex" in entity:
        out["sex"] = entity["sex"]
    if "nationality" in entity:
        out["nationalities"] = [entity["nationality"]]
    if born and is_minor(born, today):
        out["is_minor"] = True
        out["case"] = {"risk": "other", "guardian": "none known; child protection desk"}
    return out


def main():
    parser = argparse.ArgumentParser(description="Turn the watch list into alerts.")
    parser.add_argument("--country", default="AUT")
    parser.add_argument("--from", dest="today", type=datetime.date.fromisoformat,
                        default=datetime.datetime.now(datetime.timezone.utc).date())
    parser.add_argument("--rows", type=int, help="only the first N entities")
    parser.add_argument("--list", type=pathlib.Path, default=LIST)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    with open(arguments.list, encoding="utf-8") as file:
        for number, line in enumerate(file):
            if arguments.rows is not None and number >= arguments.rows:
                break
            made = alert(json.loads(line), arguments.country, arguments.today)
            sys.stdout.write(json.dumps(made, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
