"""Walls around what a submission does: the levels there are, and a warm process behind them.

====== ==========================================================================================
level  what stands around a submission
====== ==========================================================================================
3      bubblewrap (own view of files, processes, network), Landlock, seccomp, limits
2      Landlock, seccomp, limits: in containers that give no namespaces
1      another user, limits (only as root)
0      limits
====== ==========================================================================================

The best level that works here is used, and named in every report. Levels 1 and 0 need a flag that says what
it means. As root, everything of a submission runs as a user of its own: `FIRST_USER` and the number of the
worker, which need no entry in ``/etc/passwd``.
"""

from bncourse.sandbox import compilation, folders, mounts, protocol
from bncourse.sandbox.limits import NAMES, Limits
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.places import Places
from bncourse.sandbox.session import Session
from bncourse.sandbox.warm_process import WarmProcess
from bncourse.sandbox.watch import Lookout, Watch


class Sandbox:
    """A warm process behind walls, which opens one session after the other.

    Use it as a context, or call `start` and `stop`. After a stop it can be started again.

    Parameters
    ----------
    level : int
    preload : sequence of str
        The modules that the warm process imports before any submission comes.
    worker : int
        Tells sandboxes apart that stand at the same time.
    limits : Limits, optional
    compiled : str
        The folder of `bncourse.sandbox.compilation`, or "".
    private : sequence of str
        Folders that no submission may see, wherever they lie: the course, the exchange.

    Examples
    --------
    ::

        with Sandbox(3, ("numpy",)) as sandbox, sandbox.open() as session:
            protocol.send(session.connection, {"do": "run", "source": "1 + 1"})
    """

    def __init__(
        self,
        level: int,
        preload=(),
        worker: int = 0,
        limits: Limits | None = None,
        compiled: str = "",
        private=(),
    ):
        self.level = level
        self.preload = tuple(preload)
        self.worker = worker
        self.limits = limits or Limits()
        self.compiled = compiled
        self.private = tuple(private)
        self.places: Places | None = None  # of this start
        self.renewals = []  # what submissions had changed of the warm process, each time it was made anew for that
        self._process: WarmProcess | None = None
        self._watch: Watch | None = None
        self._lookout: Lookout | None = None
        self._deaths = 0

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()

    def start(self):
        """Start the warm process; takes as long as its imports do.

        Raises
        ------
        Unavailable
            If the walls of this level do not stand on this machine.
        """
        mounts.check(self.level)
        self.stop()
        folders.sweep()
        self._process = WarmProcess(self.level, self.preload, self.worker, self.limits, self.compiled, self.private)
        self.places = Places(self._process.folder)
        try:
            self._process.start()
            self._watch = Watch(self._process, self.limits, self.worker)
        except (Unavailable, protocol.Broken):
            self.stop()
            raise
        self._process.remember_traits()  # the group of the kernel that it stands in is one of them
        return self

    @property
    def running(self):
        """Whether a session can be opened."""
        return self._process is not None and self._process.running

    @property
    def deaths(self):
        """How often the warm process ended without being asked to."""
        return self._deaths + (self._process is not None and self._process.started and not self.running)

    @property
    def folder(self):
        """Where the warm process and its sessions have their files, seen from outside."""
        return self._process.folder

    @property
    def pid(self):
        """The number of the process that forks sessions."""
        return self._process.pid

    def open(self) -> Session:
        """Fork a session.

        Raises
        ------
        bncourse.sandbox.protocol.Broken
            If the warm process or the session is gone.
        """
        self._look_no_more()
        if self.compiled:
            compilation.share(self.compiled)
        ours, theirs = protocol.pair()
        try:
            with theirs:
                self._process.fork(theirs)
            self._watch.begin()
            ours.settimeout(30)
            try:
                seen = protocol.receive(ours).get("sees")
            except (protocol.Broken, protocol.TooLate) as error:
                raise protocol.Broken(f"the session did not open: {self._process.last_words()}") from error
        except protocol.Broken:
            ours.close()
            raise
        if seen:
            ours.close()
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not hide {seen} from submissions here")
        self._lookout = Lookout(self._watch, self._process)
        return Session(ours, max(self._process.children(), default=None))

    def _look_no_more(self):
        if self._lookout is not None:
            self._lookout.close()
            self._lookout = None

    def strangers(self):
        """Return the processes that belong to a submission."""
        return self._process.strangers()

    def excess(self):
        """Say what a submission takes more of than it may, or ""."""
        if self._lookout is not None:
            self._lookout.looked()
        return self._watch.excess()

    def excess_on_disk(self):
        """Say what a submission has more of on the disk than it may, or ""; this takes no time."""
        return self._watch.excess_on_disk()

    def why_it_ended(self):
        """Say why a session is gone, as far as that is known."""
        return (self._lookout is not None and self._lookout.found) or self._watch.why_it_ended()

    def shortage(self):
        """Say what the machine is short of since the session opened, or ""."""
        return self._watch.shortage()

    def sweep(self):
        """End all that a submission left running, and take away its files; the sandbox ends if that fails."""
        self._look_no_more()
        if not self.running:
            return
        if not self._process.sweep():
            self.stop()
        elif traits := self._process.changed_traits():
            self.renewals.append(traits)  # it would stay for all submissions to come
            self.stop()

    def stop(self):
        """End everything."""
        self._look_no_more()
        if self._process is None:
            return
        self._deaths += self._process.ended_by_itself()
        self._process.stop()
        self._process = None
        if self._watch is not None:
            self._watch.close()
            self._watch = None
