"""What the checks share: which files are ours, and what they include."""
import concurrent.futures
import os
import pathlib
import re
import subprocess

CODE = ("schema", "crypto", "replication", "node")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)', re.M)
COMMENT_OR_TEXT = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def files(root, folders, *suffixes):
    """Every file below the folders with one of the suffixes, in a fixed order."""
    found = []
    for folder in folders:
        for place, inner, names in os.walk(pathlib.Path(root) / folder):
            inner[:] = sorted(d for d in inner if d not in ("data", "corpus", "__pycache__"))
            found += [pathlib.Path(place) / n for n in sorted(names) if n.endswith(suffixes)]
    return found


def name(root, path):
    return path.relative_to(root).as_posix()


def read(path):
    return path.read_text(encoding="utf-8")


def includes(path):
    """Pairs of the opening character and the name."""
    return INCLUDE.findall(read(path))


def blank(text):
    """The same text with comments and literals replaced by spaces; line breaks stay."""
    return COMMENT_OR_TEXT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def compiler_flags(root, path):
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-I", str(root)]
    if name(root, path).startswith(("node/", "tests/")):
        flags += ["-D_POSIX_C_SOURCE=200809L", "-I", "/usr/share/include"]
    return flags


def run_all(commands):
    """Run the commands on all cores; give (exit code, output) of each, in order."""
    def run(command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        return done.returncode, done.stdout
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run, commands))
