"""Programs that run out of memory: the door to faultmemory.c.

    page = memory.Page(folder)
    run a program with env=page.environment(leaks=path)
    page.count(memory.OURS)                 from now on calls are counted
    page.fail(memory.OURS, at=17)           from now on the 17th fails, once
    page.quiet()                            everything goes through; gives how many failed"""
import mmap
import os
import struct
import subprocess

import faults

OURS, LIBRARIES, YAML, LIBC = 1, 2, 4, 8
FOR_EVER = 1 << 62
SHIM = faults.FAULT / "libfaultmemory.so"
WHO, AT, TIMES, SITE, COUNT, HITS, HIT_SITE, DOORS = range(8)  # numbers of words in the page
SITES, DOORS_MAX = 1024, 16
TABLE = DOORS + DOORS_MAX


class Page:
    """What program and test share while it runs."""

    def __init__(self, folder):
        self.path = folder / "memory-page"
        self.path.write_bytes(bytes(8 * (TABLE + 2 * SITES)))
        with open(self.path, "r+b") as file:
            self.words = mmap.mmap(file.fileno(), 0)

    def get(self, number):
        return struct.unpack_from("Q", self.words, 8 * number)[0]

    def set(self, number, value):
        struct.pack_into("Q", self.words, 8 * number, value)

    def fail(self, who, at, times=1, site=0):
        self.quiet()
        for part in (slice(8 * COUNT, 8 * DOORS), slice(8 * TABLE, len(self.words))):
            self.words[part] = bytes(part.stop - part.start)
        for number, value in ((AT, at), (TIMES, times), (SITE, site), (WHO, who)):
            self.set(number, value)

    def count(self, who):
        self.fail(who, at=0)

    def quiet(self):
        """gives: how many calls have failed"""
        self.set(WHO, 0)
        return self.get(HITS)

    def counted(self):
        return self.get(COUNT)

    def sites(self):
        """How often each of our own sites has asked: {site: calls}"""
        words = struct.unpack_from(f"{2 * SITES}Q", self.words, 8 * TABLE)
        return {site: asked for site, asked in zip(words[:SITES], words[SITES:]) if site != 0}

    def environment(self, leaks=None):
        return {**os.environ, "LD_PRELOAD": str(SHIM.resolve()), "FAULT_PAGE": str(self.path),
                **({"FAULT_LEAKS": str(leaks)} if leaks else {})}


    def find_doors(self, program):
        """Learn where this program asks on behalf of libraries: node/memory.c and its like."""
        listing = subprocess.run(["nm", "-S", program], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
        rows = [line.split() for line in listing.splitlines()]
        doors = [row for row in rows if len(row) == 4 and row[3].startswith("memory_")]
        if not 0 < len(doors) <= DOORS_MAX // 2:
            raise RuntimeError(f"{len(doors)} doors in {program}")
        for number in range(DOORS_MAX):
            self.set(DOORS + number, 0)
        for number, (begin, size, *_) in enumerate(row for row in doors if row[2] in "tT"):
            self.set(DOORS + 2 * number, int(begin, 16))
            self.set(DOORS + 2 * number + 1, int(begin, 16) + int(size, 16))


def leaked(path):
    """What a program that ended in order never gave back: {site: how often}"""
    rows = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return {int(site, 16): int(count) for site, count in rows}


def line_of(program, site):
    """file:line of a site, for people; the call is just before what it returns to."""
    done = subprocess.run(["addr2line", "-s", "-f", "-e", program, hex(site - 1)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return " ".join(done.stdout.split()) or hex(site)
