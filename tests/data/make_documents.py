"""Made-up rows of stolen and lost documents, as CSV on the standard output.

    make_documents.py --rows N [--seed S] [--country AUT] [--bad K]

    issuer,type,number,status,issued,expires
    AUT,P,KE4192750,stolen,2021-06-01,2031-06-01

N good rows, no number twice, the same rows for the same seed. --bad mixes in K rows that an import
must refuse; the standard error then has one line for each: line of the file (the header is 1),
kind, error number, tab-separated. The kinds come in turn, so K >= 14 has all of them."""
import argparse
import datetime
import math
import random
import sys

HEADER = "issuer,type,number,status,issued,expires"
LETTERS = "ABCEFGHJKLMNPRTUVWXYZ"
SPACE = len(LETTERS) ** 2 * 10 ** 7  # numbers of two letters and seven digits
TYPES = ["P"] * 70 + ["I"] * 25 + ["R"] * 4 + ["S"]
STATUSES = ["stolen"] * 60 + ["lost"] * 30 + ["revoked"] * 6 + ["invalid"] * 3 + ["misappropriated"]
FIRST, LAST = datetime.date(2017, 1, 1), datetime.date(2025, 12, 31)
ISSUERS = {"DEU": "D"}  # where the code in documents is not that of the country


def number_text(value):
    value, digits = divmod(value, 10 ** 7)
    first, second = divmod(value, len(LETTERS))
    return f"{LETTERS[first]}{LETTERS[second]}{digits:07d}"


def lives():
    """Pairs of texts: issued, and ten years later."""
    for at in range((LAST - FIRST).days + 1):
        day = FIRST + datetime.timedelta(at)
        if (day.month, day.day) != (2, 29):
            yield day.isoformat(), day.replace(year=day.year + 10).isoformat()


class Generator:
    def __init__(self, seed, country):
        self.dice = random.Random(f"cairn documents {seed}")
        self.issuer = ISSUERS.get(country, country)
        self.lives = list(lives())
        self.step = self.dice.randrange(SPACE // 3, SPACE)
        while math.gcd(self.step, SPACE) != 1:
            self.step += 1
        self.next = self.dice.randrange(SPACE)

    def good(self):
        """One row as a list. Numbers repeat only after SPACE rows."""
        self.next = (self.next + self.step) % SPACE
        issued, expires = self.dice.choice(self.lives)
        return [self.issuer, self.dice.choice(TYPES), number_text(self.next),
                self.dice.choice(STATUSES), issued, expires]


def put(at, value):
    """A way to break a row: its field at becomes the value."""
    def edit(row):
        row[at] = value
        return row
    return edit


# kind, number of the error in docs/format.md, how
BROKEN = [
    ("columns_missing", 193, lambda row: row[:4]),
    ("columns_too_many", 193, lambda row: row + ["AUT"]),
    ("issuer_unknown", 150, put(0, "QQQ")),
    ("issuer_foreign", 621, None),  # needs to know the own country
    ("type_unknown", 611, put(1, "Q")),
    ("status_unknown", 611, put(3, "borrowed")),
    ("number_missing", 107, put(2, "")),
    ("number_characters", 107, put(2, "AB-12.345")),
    ("number_too_long", 103, put(2, "A" * 21)),
    ("date_impossible", 151, put(4, "2021-02-31")),
    ("date_malformed", 151, put(5, "31.12.2030")),
    ("expires_before_issued", 618, put(5, "2016-12-31")),
    ("issued_in_future", 618, lambda row: row[:4] + ["2999-01-01", "2999-12-31"]),
    ("duplicate", 639, None),  # repeats the row before
]


def broken(generator, kind, how, previous):
    row = generator.good()
    if kind == "issuer_foreign":
        return put(0, "SRB" if generator.issuer != "SRB" else "GEO")(row)
    if kind == "duplicate":
        return list(previous)
    return how(row)


def write(arguments, out, complaints):
    generator = Generator(arguments.seed, arguments.country)
    places = random.Random(f"cairn broken {arguments.seed}")
    total = arguments.rows + arguments.bad
    # never the first row: a duplicate needs one before it
    bad_rows = set(places.sample(range(1, total), arguments.bad)) if arguments.bad else set()
    out.write(HEADER + "\n")
    previous, turn, lines = None, 0, []
    for at in range(total):
        if at in bad_rows:
            kind, number, how = BROKEN[turn % len(BROKEN)]
            row = broken(generator, kind, how, previous)
            turn += 1
            complaints.write(f"{at + 2}\t{kind}\t{number}\n")
        else:
            row = previous = generator.good()
        lines.append(",".join(row) + "\n")
        if len(lines) == 10000:
            out.write("".join(lines))
            lines.clear()
    out.write("".join(lines))


def main():
    parser = argparse.ArgumentParser(description="Made-up rows of stolen documents.")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--country", default="AUT")
    parser.add_argument("--bad", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.rows < 1 or not 0 <= arguments.bad < arguments.rows + arguments.bad:
        parser.error("at least one good row, and no negative number")
    if arguments.rows + arguments.bad > SPACE:
        parser.error(f"there are only {SPACE} numbers")
    write(arguments, sys.stdout, sys.stderr)


if __name__ == "__main__":
    main()
