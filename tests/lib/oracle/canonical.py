"""Canonical msgpack, protocol P-5: one spelling for each value, everything else refused.

Values are int, str, bytes, bool, None, list and dict with int keys."""
import struct

from broken import Broken

LEVELS_MAX, VALUES_MAX = 16, 131072
INT_MIN, UINT_MAX = -(1 << 63), (1 << 64) - 1


def encode(value):
    if value is None:
        return b"\xc0"
    if type(value) is bool:
        return b"\xc3" if value else b"\xc2"
    if type(value) is int:
        return encode_int(value)
    if type(value) is str:
        text = value.encode("utf-8")
        if b"\0" in text:
            raise ValueError("text with NUL")
        return encode_length(len(text), (0xA0, 31), (0xD9, 0xDA, 0xDB)) + text
    if type(value) is bytes:
        return encode_length(len(value), None, (0xC4, 0xC5, 0xC6)) + value
    if type(value) is list:
        return encode_length(len(value), (0x90, 15), (None, 0xDC, 0xDD)) + b"".join(
            encode(item) for item in value)
    if type(value) is dict:
        return encode_length(len(value), (0x80, 15), (None, 0xDE, 0xDF)) + b"".join(
            encode_int(key) + encode(value[key]) for key in sorted(value))
    raise TypeError(f"no canonical form of {type(value)}")


def encode_int(number):
    if 0 <= number <= 0x7F:
        return bytes([number])
    if -32 <= number < 0:
        return bytes([256 + number])
    if number > 0:
        for lead, form, limit in ((0xCC, ">B", 1 << 8), (0xCD, ">H", 1 << 16),
                                  (0xCE, ">I", 1 << 32), (0xCF, ">Q", 1 << 64)):
            if number < limit:
                return bytes([lead]) + struct.pack(form, number)
    for lead, form, limit in ((0xD0, ">b", 1 << 7), (0xD1, ">h", 1 << 15),
                              (0xD2, ">i", 1 << 31), (0xD3, ">q", 1 << 63)):
        if -limit <= number < 0:
            return bytes([lead]) + struct.pack(form, number)
    raise ValueError("integer out of range")


def encode_length(length, short, leads):
    """short: (base, highest length that fits it) or None; leads: bytes for 8, 16 and 32 bits."""
    if short is not None and length <= short[1]:
        return bytes([short[0] + length])
    for lead, form, limit in zip(leads, (">B", ">H", ">I"), (1 << 8, 1 << 16, 1 << 32)):
        if lead is not None and length < limit:
            return bytes([lead]) + struct.pack(form, length)
    raise ValueError("too long")


def decode(data):
    reader = Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        reader.refuse("bytes after the value")
    return value


class Reader:
    def __init__(self, data):
        self.data, self.at, self.values = data, 0, 0

    def refuse(self, reason):
        raise Broken(f"msgpack, offset {self.at}: {reason}")

    def take(self, size):
        if size > len(self.data) - self.at:
            self.refuse("cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form, limit):
        """An unsigned number that must not fit into less than this form."""
        number = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        if number < limit:
            self.refuse("not the shortest form")
        return number

    def value(self, level):
        self.values += 1
        if self.values > VALUES_MAX:
            self.refuse("more than 131,072 values")
        lead = self.take(1)[0]
        if lead <= 0x7F:
            return lead
        if lead >= 0xE0:
            return lead - 256
        if lead == 0xC0:
            return None
        if lead in (0xC2, 0xC3):
            return lead == 0xC3
        if 0xCC <= lead <= 0xCF:
            return self.number((">B", ">H", ">I", ">Q")[lead - 0xCC],
                               (0x80, 1 << 8, 1 << 16, 1 << 32)[lead - 0xCC])
        if 0xD0 <= lead <= 0xD3:
            form = (">b", ">h", ">i", ">q")[lead - 0xD0]
            number = struct.unpack(form, self.take(struct.calcsize(form)))[0]
            if number >= (-32, -(1 << 7), -(1 << 15), -(1 << 31))[lead - 0xD0]:
                self.refuse("not the shortest form")
            return number
        if 0xA0 <= lead <= 0xBF:
            return self.text(lead - 0xA0)
        if 0xD9 <= lead <= 0xDB:
            return self.text(self.number((">B", ">H", ">I")[lead - 0xD9],
                                         (32, 1 << 8, 1 << 16)[lead - 0xD9]))
        if 0xC4 <= lead <= 0xC6:
            return self.take(self.number((">B", ">H", ">I")[lead - 0xC4],
                                         (0, 1 << 8, 1 << 16)[lead - 0xC4]))
        if 0x90 <= lead <= 0x9F:
            return self.array(lead - 0x90, level + 1)
        if lead in (0xDC, 0xDD):
            return self.array(self.number((">H", ">I")[lead - 0xDC], (16, 1 << 16)[lead - 0xDC]),
                              level + 1)
        if 0x80 <= lead <= 0x8F:
            return self.map(lead - 0x80, level + 1)
        if lead in (0xDE, 0xDF):
            return self.map(self.number((">H", ">I")[lead - 0xDE], (16, 1 << 16)[lead - 0xDE]),
                            level + 1)
        self.at -= 1
        return self.refuse(f"type byte {lead:#04x} is not allowed")

    def text(self, size):
        raw = self.take(size)
        try:
            text = raw.decode("utf-8", "strict")
        except UnicodeDecodeError:
            self.refuse("text is not UTF-8")
        if "\0" in text:
            self.refuse("NUL in text")
        return text

    def array(self, count, level):
        if level > LEVELS_MAX:
            self.refuse("more than 16 levels")
        return [self.value(level) for _ in range(count)]

    def map(self, count, level):
        if level > LEVELS_MAX:
            self.refuse("more than 16 levels")
        fields, last = {}, -1
        for _ in range(count):
            key = self.value(level)
            if type(key) is not int or key < 0:
                self.refuse("key is not a non-negative integer")
            if key <= last:
                self.refuse("keys do not ascend")
            last = key
            fields[key] = self.value(level)
        return fields
