"""What a field may hold. A shape is a function that gives True for a value it allows."""
from broken import need


def uint_of(least=0, most=(1 << 64) - 1):
    return lambda value: type(value) is int and least <= value <= most


uint, uint32, ordinal = uint_of(), uint_of(most=(1 << 32) - 1), uint_of(1)


def is_forbidden(point):
    """Characters that no text of people may hold. Protocol P-6."""
    return (point < 0x20 or 0x7F <= point <= 0x9F or point in (0x61C, 0x200E, 0x200F, 0xFEFF)
            or 0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069
            or point in (0x2028, 0x2029) or 0xFDD0 <= point <= 0xFDEF
            or 0xE0000 <= point <= 0xE007F or point & 0xFFFE == 0xFFFE)


def text(most):
    """Text of 1 to so many bytes of UTF-8, as people write it."""
    return lambda value: (long_text(most)(value)
                          and not any(is_forbidden(ord(letter)) for letter in value))


def long_text(most):
    """The same with any characters: lines, for one."""
    return lambda value: type(value) is str and 1 <= len(value.encode()) <= most


def bin_of(size):
    return lambda value: type(value) is bytes and len(value) == size


def any_bin(value):
    return type(value) is bytes


def any_map(value):
    return type(value) is dict


def nil_or(shape):
    return lambda value: value is None or shape(value)


def list_of(shape, least=0, most=1 << 32):
    return lambda value: (type(value) is list and least <= len(value) <= most
                          and all(shape(item) for item in value))


def row(*shapes):
    return lambda value: (type(value) is list and len(value) == len(shapes)
                          and all(shape(item) for shape, item in zip(shapes, value)))


def ascending(shape, least=0, most=1 << 32):
    """A list whose items ascend, none twice."""
    inner = list_of(shape, least, most)
    return lambda value: inner(value) and all(a < b for a, b in zip(value, value[1:]))


def check_map(what, value, needed, optional=()):
    """needed, optional: {key: shape}. A key in neither is refused."""
    need(type(value) is dict, f"{what}: not a map")
    optional = dict(optional)
    for key in value:
        need(key in needed or key in optional, f"{what}: field {key} is unknown")
        need({**optional, **needed}[key](value[key]), f"{what}: field {key} is malformed")
    for key in needed:
        need(key in value, f"{what}: field {key} is missing")
