"""Names: network, country, node, origin, object ids, proquints. Protocol P-5, P-13, section 4."""
import re

from broken import need

NAME = re.compile(r"[a-z0-9-]{1,32}")
COUNTRY = re.compile(r"[A-Z]{3}")
DECIMAL = re.compile(r"0|[1-9][0-9]*")
ORIGIN = re.compile(r"([a-z0-9-]{1,32})/([A-Z]{3})/([a-z0-9-]{1,32})/([1-9][0-9]*)")
OBJECT = re.compile(r"([A-Z]{3})-([0-9A-HJKMNP-TV-Z]{16})-([0-9A-Z])")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


def is_network(value):
    return type(value) is str and NAME.fullmatch(value) is not None


def is_country(value):
    return type(value) is str and COUNTRY.fullmatch(value) is not None


def is_origin(value):
    match = ORIGIN.fullmatch(value) if type(value) is str else None
    return match is not None and len(value) <= 96 and int(match[4]) < 1 << 64


def split_origin(origin):
    """network, country, node, incarnation"""
    match = ORIGIN.fullmatch(origin)
    return match[1], match[2], match[3], int(match[4])


def decimal(text, limit=1 << 64):
    need(len(text) <= 20 and DECIMAL.fullmatch(text) and int(text) < limit,
         f"'{text[:24]}' is not a decimal number")
    return int(text)


def check_character(text):
    """ISO 7064 MOD 37,36."""
    state = 36
    for letter in text:
        state = (state + LETTERS.index(letter)) % 36 or 36
        state = state * 2 % 37
    return LETTERS[(37 - state) % 36]


def object_id(country, ten_bytes):
    number = int.from_bytes(ten_bytes, "big")
    middle = "".join(CROCKFORD[number >> shift & 31] for shift in range(75, -1, -5))
    return f"{country}-{middle}-{check_character(country + middle)}"


def is_object_id(value):
    match = OBJECT.fullmatch(value) if type(value) is str else None
    return match is not None and check_character(match[1] + match[2]) == match[3]


def proquint(number):
    """Sixteen bits as con vo con vo con, high bits first."""
    return (CONSONANTS[number >> 12] + VOWELS[number >> 10 & 3] + CONSONANTS[number >> 6 & 15]
            + VOWELS[number >> 4 & 3] + CONSONANTS[number & 15])


def proquints(data):
    return "-".join(proquint(int.from_bytes(data[at:at + 2], "big"))
                    for at in range(0, len(data), 2))
