"""Programs on a disk that fails: the door to faultdisk.c, and what it leaves behind."""
import os
import pathlib
import shutil
import subprocess
import tempfile

KINDS = ("eio", "enospc", "short", "torn")
FAULT = pathlib.Path(os.environ.get("CAIRN_FAULT", "build-mine/tests/fault"))
SHIM = FAULT / "libfaultdisk.so"
PROBE = FAULT / "store_probe"


def folder():
    """A directory for a while, in memory if there is room: hundreds of runs need no real sync."""
    memory = pathlib.Path("/dev/shm")
    is_roomy = memory.is_dir() and shutil.disk_usage(memory).free > 512 << 20
    return tempfile.TemporaryDirectory(prefix="cairn-fault-", dir=memory if is_roomy else None)


def environment(below, at=0, kind="eio", times=1, calls=None, trace=None):
    """Variables for a program whose files below that shall fail, or be watched."""
    preload = str(SHIM.resolve())
    with_sanitizer = os.environ.get("LD_PRELOAD")
    return {**os.environ, "LD_PRELOAD": f"{with_sanitizer}:{preload}" if with_sanitizer else preload,
            "FAULT_DIR": os.path.realpath(below), "FAULT_AT": str(at), "FAULT_KIND": kind,
            "FAULT_TIMES": str(times),
            **({"FAULT_CALLS": str(calls)} if calls else {}),
            **({"FAULT_TRACE": str(trace)} if trace else {})}


def calls(path):
    """What was counted: [(name, path, result), ...]"""
    return [tuple(line.split("\t")[1:]) for line in path.read_text().splitlines()]


def probe(*words, env=None, limit_s=60):
    """Run store_probe. gives: exit code, output"""
    done = subprocess.run([PROBE.resolve(), *map(str, words)], env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", timeout=limit_s)
    return done.returncode, done.stdout + done.stderr[-2000:]
