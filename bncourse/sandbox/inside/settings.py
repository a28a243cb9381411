"""What the warm process is told: its settings when it starts, then one letter for each thing that it shall do."""

from dataclasses import asdict, dataclass

OPEN, SWEEP, COUNT = b"F", b"S", b"C"  # fork a session; end what a submission left; count its files


@dataclass(frozen=True)
class Resources:
    """What each process of a session may take.

    Parameters
    ----------
    data : int
        Bytes of data of one process.
    processes : int
        Processes and threads of the user.
    file_size : int
        Bytes of one file.
    files : int
        Files and folders; counting stops there.
    seconds : int
        Processor time of one process.
    """

    data: int
    processes: int
    file_size: int
    files: int
    seconds: int


@dataclass(frozen=True)
class Settings:
    """The settings of a warm process and its sessions, as they cross to the inside.

    Parameters
    ----------
    level : int
        Of the walls.
    user : int or None
        The user that it becomes.
    alone : bool
        Whether no process of others is in its sight or runs as its user, so that it may end all it can reach.
    preload : tuple of str
        The modules that it imports.
    folder : str
        Where each session gets a folder of its own.
    caches : str
        A folder whose files are copied into its home.
    readable, writable : tuple of str
        The paths that a submission may read, and those that it may write to beside its folder.
    private : tuple of str
        Paths that a submission must not be able to read; each session says so where it can.
    shared : tuple of str
        Folders for all sessions that are emptied after each.
    resources : Resources
    """

    level: int
    user: int | None
    alone: bool
    preload: tuple[str, ...]
    folder: str
    caches: str
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    private: tuple[str, ...]
    shared: tuple[str, ...]
    resources: Resources

    def to_message(self) -> dict:
        """Return it as a plain value, which `bncourse.sandbox.protocol` sends."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: dict) -> "Settings":
        """Make the settings of what `to_message` gave."""
        return cls(**message | {"resources": Resources(**message["resources"])})
