"""What a disk may hold after the power went: replays a trace of faultdisk.c.

    history = powercut.read(trace, folder)             operations in their order
    for disk in powercut.disks(history, dice): ...     what may be left, cut after every operation
        disk.build(folder)

Taken for granted, as ext4, xfs and btrfs keep it: changes of names (files made, renamed, removed)
become durable in their order, and every sync makes all of them durable that went before. Of the
bytes of a file that were written since its last sync, any 4 KiB piece may be there or not, in any
order, also between files; what is missing within a file's length is zeros, or its old bytes."""
import os
import pathlib

PIECE = 4096


class File:
    """Durable bytes, and what was done to them since: [("w", offset, bytes) or ("t", size)]"""

    def __init__(self):
        self.durable, self.pending = b"", []


def apply(data, change):
    if change[0] == "t":
        size = change[1]
        return data[:size] + bytes(max(0, size - len(data)))
    _, offset, piece = change
    data = data + bytes(max(0, offset - len(data)))
    return data[:offset] + piece + data[offset + len(piece):]


def pieces(change):
    """A write cut at the borders of the file's pages."""
    _, offset, data = change
    at = 0
    while at < len(data):
        size = min(len(data) - at, PIECE - (offset + at) % PIECE)
        yield "w", offset + at, data[at:at + size]
        at += size


def read(trace, folder):
    """[(what, name, other, number, bytes)], names within the folder."""
    raw, at, history = pathlib.Path(trace).read_bytes(), 0, []
    prefix = os.path.realpath(folder) + "/"
    while at < len(raw):
        end = raw.index(b"\n", at)
        what, name, other, number = raw[at:end].decode().split("\t")
        at = end + 1
        data = b""
        if what == "w":
            data = raw[at:at + int(other)]
            at += len(data)
        history.append((what, name.removeprefix(prefix), other.removeprefix(prefix), int(number),
                        data))
    return history


class Disk:
    """One state: names, and bytes of each."""

    def __init__(self, why, files):
        self.why, self.files = why, files

    def build(self, folder):
        for name, data in self.files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class Machine:
    """The file system while the trace is replayed."""

    def __init__(self):
        self.now, self.durable, self.pending = {}, {}, []  # names: File; changes of names

    def rename(self, names, change):
        what, name, other, made = change
        if what == "c":
            names[name] = made
        elif what == "u":
            names.pop(name, None)
        elif name in names:
            names[other] = names.pop(name)

    def change_names(self, *change):
        self.rename(self.now, change)
        self.pending.append(change)

    def step(self, what, name, other, number, data):
        if what == "c":
            if name not in self.now:
                self.change_names("c", name, "", File())
            elif number:
                self.now[name].pending.append(("t", 0))
        elif what in "ur":
            self.change_names(what, name, other, None)
        elif what == "s":
            for change in self.pending:
                self.rename(self.durable, change)
            self.pending = []
            file = self.now.get(name)  # none: a directory
            if file is not None:
                for change in file.pending:
                    file.durable = apply(file.durable, change)
                file.pending = []
        elif name in self.now:
            self.now[name].pending.append(("w", number, data) if what == "w" else ("t", number))

    def names_kept(self, count):
        names = dict(self.durable)
        for change in self.pending[:count]:
            self.rename(names, change)
        return names

    def left(self, why, count, keeps):
        """keeps: is this piece of a write on the disk?"""
        files = {}
        for name, file in self.names_kept(count).items():
            data = file.durable
            for change in file.pending:
                for part in [change] if change[0] == "t" else pieces(change):
                    if keeps():
                        data = apply(data, part)
            files[name] = data
        return Disk(why, files)

    def is_whole(self):
        return not self.pending and not any(file.pending for file in self.now.values())


def disks(history, dice, times):
    """After every operation: all is there; nothing unsynced is; names are and bytes are not; and
    `times` throws of the dice. gives: number of operations done, Disk"""
    machine = Machine()
    for done, operation in enumerate(history, 1):
        machine.step(*operation)
        count = len(machine.pending)
        yield done, machine.left("all", count, lambda: True)
        if machine.is_whole():
            continue
        yield done, machine.left("synced only", 0, lambda: False)
        yield done, machine.left("names, not bytes", count, lambda: False)
        for _ in range(times):
            share = dice.random()
            yield done, machine.left(f"{share:.2f} of it", dice.randint(0, count),
                                     lambda: dice.random() < share)
