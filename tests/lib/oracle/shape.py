"""What a field may hold. A shape is a function that gives True for a value it allows."""
from broken import need


def uint(value):
    return type(value) is int and 0 <= value < 1 << 64


def text(most):
    """Text of at most so many bytes of UTF-8."""
    return lambda value: type(value) is str and len(value.encode()) <= most


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
