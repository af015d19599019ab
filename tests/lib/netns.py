"""Machines of a test network: a network namespace each, joined by a bridge in one more.

    net = netns.Network(("AUT", "SRB"))     OSError where this machine cannot make them
    net.address("AUT")                      10.77.0.1
    net.launcher("AUT")                     words that put a program there
    net.cut("AUT", is_in=True, is_out=True) nft drops what comes, what goes, or both
    net.heal("AUT")
    net.close()

Names carry the process id, so that several runs share a machine."""
import os
import subprocess


def call(*words):
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30)
    except subprocess.TimeoutExpired as trouble:
        raise OSError(str(trouble)) from None
    if done.returncode != 0:
        raise OSError(f"{' '.join(words)}: {done.stdout.strip()}")


class Network:
    def __init__(self, names):
        self.prefix = f"cairn{os.getpid()}"
        self.numbers = {name: number for number, name in enumerate(names, 1)}
        self.made = []
        try:
            self.make()
        except OSError:
            self.close()
            raise

    def space(self, name):
        return f"{self.prefix}-{name.lower()}"

    def within(self, name, *words):
        call("ip", "netns", "exec", self.space(name), *words)

    def add(self, name):
        call("ip", "netns", "add", self.space(name))
        self.made.append(name)
        self.within(name, "ip", "link", "set", "lo", "up")

    def make(self):
        self.add("hub")
        self.within("hub", "ip", "link", "add", "hub", "type", "bridge")
        self.within("hub", "ip", "link", "set", "hub", "up")
        for name, number in self.numbers.items():
            self.add(name)
            self.within("hub", "ip", "link", "add", f"to{number}", "type", "veth", "peer", "name",
                        "line", "netns", self.space(name))
            self.within("hub", "ip", "link", "set", f"to{number}", "master", "hub", "up")
            self.within(name, "ip", "address", "add", f"{self.address(name)}/24", "dev", "line")
            self.within(name, "ip", "link", "set", "line", "up")
            self.within(name, "nft", "add", "table", "inet", "cut")

    def address(self, name):
        return f"10.77.0.{self.numbers[name]}"

    def launcher(self, name):
        return ["ip", "netns", "exec", self.space(name)]

    def cut(self, name, is_in=True, is_out=True):
        for hook, is_wanted, side in (("input", is_in, "iifname"), ("output", is_out, "oifname")):
            if is_wanted:
                self.within(name, "nft", f"add chain inet cut {hook} "
                            f"{{ type filter hook {hook} priority 0; }}")
                self.within(name, "nft", f"add rule inet cut {hook} {side} line drop")

    def heal(self, name):
        self.within(name, "nft", "delete", "table", "inet", "cut")
        self.within(name, "nft", "add", "table", "inet", "cut")

    def close(self):
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", self.space(name)], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.made = []
