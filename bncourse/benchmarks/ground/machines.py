"""Machines of a cluster, played by network namespaces of this one, and a PostgreSQL server of their own.

Each namespace has its own network card, and a bridge between them, so that what goes over the line is counted, the
line can be made slow, and a machine can be lost with all that runs on it. Processor and memory are shared.
"""

import contextlib
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bncourse.trouble import Trouble

NETWORK = ipaddress.ip_network("10.177.77.0/24")
PREFIX = "bncourse"  # of the names of what is made; a network card's name has 15 characters at most


def required():
    """Raise `Trouble` with what is missing for all this.

    Raises
    ------
    Trouble
        Where this is not root on Linux, or a program or package is missing.
    """
    from importlib.util import find_spec

    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise Trouble("bench scale makes networks: run it as root on Linux")
    missing = [program for program in ("ip", "tc") if not shutil.which(program)]
    if missing:
        raise Trouble(f"bench scale needs {' and '.join(missing)}: install iproute2")
    if not find_spec("distributed") or not find_spec("psycopg"):
        raise Trouble('bench scale needs the extra "cluster": pip install -e ".[cluster]"')
    _postgresql("initdb")


def run(*arguments):
    """Run a program to its end; its last line is the message of the error where it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing was said"]
        raise Trouble(f"{' '.join(arguments)}: {said[-1]}")
    return done.stdout


class Machine:
    """One machine of the cluster: a network namespace.

    Parameters
    ----------
    number : int
        From 1.
    """

    def __init__(self, number):
        self.name = f"{PREFIX}{number}"
        self.card = f"{PREFIX}v{number}"  # our end of the line
        self.address = str(NETWORK[number + 1])

    def make(self):
        """Make the namespace, and join it to the bridge."""
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.card, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", self.card, "master", PREFIX, "up")
        within = ("ip", "-n", self.name)
        run(*within, "addr", "add", f"{self.address}/{NETWORK.prefixlen}", "dev", "eth0")
        run(*within, "link", "set", "eth0", "up")
        run(*within, "link", "set", "lo", "up")

    def start(self, *arguments, **options):
        """Start a program on this machine; gives the `subprocess.Popen`."""
        return subprocess.Popen(["ip", "netns", "exec", self.name, *arguments], **options)

    def processes(self):
        """Return the processes that run here, as `psutil` has them."""
        import psutil

        found = []
        for pid in run("ip", "netns", "pids", self.name).split():
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(int(pid)))
        return found

    def slow_down(self, megabits):
        """Let no more than so many million bits a second through, in each direction."""
        shape = ("root", "tbf", "rate", f"{megabits}mbit", "burst", "64kb", "latency", "400ms")
        run("tc", "qdisc", "add", "dev", self.card, *shape)
        run("tc", "-n", self.name, "qdisc", "add", "dev", "eth0", *shape)

    def bytes_in_and_out(self):
        """Return how many bytes came to this machine, and how many it sent."""
        counts = Path("/sys/class/net", self.card, "statistics")
        return tuple(int((counts / name).read_text()) for name in ("tx_bytes", "rx_bytes"))

    def lose(self):
        """End all that runs here at once, without a word, as a power failure does."""
        for process in self.processes():
            with contextlib.suppress(Exception):
                process.kill()

    def remove(self):
        """Take the machine away with all that runs on it."""
        with contextlib.suppress(Trouble):
            self.lose()
        for what in (("ip", "link", "del", self.card), ("ip", "netns", "del", self.name)):
            with contextlib.suppress(Trouble):
                run(*what)


@contextlib.contextmanager
def machines(count):
    """Make so many machines on a network of their own; yield the address of this one there, and the machines."""
    here, made = str(NETWORK[1]), [Machine(number) for number in range(1, count + 1)]
    try:
        run("ip", "link", "add", PREFIX, "type", "bridge")
        run("ip", "addr", "add", f"{here}/{NETWORK.prefixlen}", "dev", PREFIX)
        run("ip", "link", "set", PREFIX, "up")
        for machine in made:
            machine.make()
        yield here, made
    finally:
        for machine in made:
            machine.remove()
        with contextlib.suppress(Trouble):
            run("ip", "link", "del", PREFIX)


@contextlib.contextmanager
def postgresql(address):
    """Start a PostgreSQL server that listens at an address; yield the URL of its database, as SQLAlchemy takes it."""
    folder = Path(tempfile.mkdtemp(prefix="bnpg-"))
    shutil.chown(folder, "postgres")  # it refuses to run as root
    data, log, port = folder / "data", folder / "log", "54777"

    def call(program, *arguments):
        run("runuser", "-u", "postgres", "--", _postgresql(program), "-D", str(data), *arguments)

    try:
        call("initdb", "-A", "trust", "-U", "postgres")
        settings = f"-c listen_addresses={address} -c port={port} -c unix_socket_directories={folder}"
        with open(log, "w", encoding="utf-8"):
            shutil.chown(log, "postgres")
        call("pg_ctl", "-w", "-s", "-l", str(log), "-o", settings, "start")
        with open(data / "pg_hba.conf", "a", encoding="utf-8") as rules:
            rules.write(f"host all all {NETWORK} trust\n")
        call("pg_ctl", "-s", "reload")
        yield f"postgresql+psycopg://postgres@{address}:{port}/postgres"
    finally:
        with contextlib.suppress(Trouble):
            call("pg_ctl", "-s", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql(program):
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    place = str(places[-1]) if places else shutil.which(program)
    if not place:
        raise Trouble("bench scale needs PostgreSQL's server: apt install postgresql")
    return place
