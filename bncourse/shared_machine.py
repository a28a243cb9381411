"""What of the course is open to whom, on a machine that several people use.

``bncourse doctor --hub`` looks at the live machine, as the person who teaches or as root. It changes nothing.
"""

import importlib.metadata
import json
import os
import stat
import sys
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlparse

from bncourse.accounts import ANYBODY, WRITE, Accounts, access_list
from bncourse.shared_settings import forced, in_the_variable, lacking, shared_places
from bncourse.trouble import Trouble

CLOSED, OPEN, LOOK = "closed", "open", "look"
SIGNS = {CLOSED: "✓", OPEN: "✗", LOOK: "!"}
NBGRADERS_EXCHANGE = "/usr/local/share/nbgrader/exchange"
# What is in a course folder, and what its reader gains.
INSIDE = {
    "solutions": "all solutions",
    "gradebook.db": "everybody's grades",
    "received": "everybody's submissions",
    "submitted": "everybody's submissions",
    "staged": "the notes on everybody's submissions",
    "autograded": "everybody's graded notebooks",
    "feedback": "everybody's feedback",
    "backups": "copies of the gradebook",
    "collected": "everybody's submissions",
    "kept": "what was put aside",
    "nbgrader_config.py": "the settings that grading runs with",
}
# What others may do in the folders of a course in the exchange: nbgrader's own modes.
IN_THE_EXCHANGE = {"": 0o5, "outbound": 0o5, "inbound": 0o3, "feedback": 0o1}


@dataclass(frozen=True)
class AccessFinding:
    """One thing that was looked at.

    Parameters
    ----------
    subject : str
    state : {"closed", "open", "look"}
        "look" gives nothing away by itself, and is worth knowing.
    says : str
        What was found.
    type_this : str
        What to type, or "".
    """

    subject: str
    state: str
    says: str
    type_this: str = ""


def command(options):
    """Print what is open to whom; the ``bncourse doctor --hub`` command. It gives 1 if anything is open."""
    from bncourse.course import find_folder

    if os.name != "posix":
        raise Trouble("--hub looks at the accounts and modes of Linux and macOS; this system has others.")
    course = find_folder()
    try:
        findings = look(course)
    except PermissionError as error:
        raise Trouble(f"{error.filename} is closed to you; run this as the owner of {course}, or as root.") from error
    for finding in findings:
        print(f"{SIGNS[finding.state]} {finding.state:<6}  {finding.subject:<18}  {finding.says}")
    print()
    to_do = [finding for finding in findings if finding.state != CLOSED and finding.type_this]
    for number, finding in enumerate(to_do, 1):
        print(f"{number}. {finding.subject}: {finding.type_this}")
    count = sum(finding.state == OPEN for finding in findings)
    if count:
        print(f"✗ Open: {count} of {len(findings)}. The list says what to type; docs/hub.md has the whole way.")
        return 1
    print(f"✓ Nothing of this is open to students: {len(findings)} checks. Who may read what: docs/hub.md")
    return 0


def look(course, machine=None, config=None, places=None, umask=None):
    """Look at everything.

    Parameters
    ----------
    course : path
        The course folder; whoever owns it teaches.
    machine : Accounts, optional
    config : traitlets.config.Config, optional
        nbgrader's settings of the course.
    places : list of Path, optional
        The folders in which Jupyter looks for everybody's settings.
    umask : int, optional

    Returns
    -------
    list of AccessFinding
        In the order in which a person would close them.
    """
    from bncourse.grading.course import settings

    course = Path(course).resolve()
    machine = machine or Accounts.live()
    config = settings(course) if config is None else config
    owner = course.stat().st_uid
    if places is None:
        places = shared_places(Path.home(), *filter(None, [machine.home(owner)]))
    looking = _Look(course, machine, owner, bool(config.CourseDirectory.get("groupshared", False)))
    exchange = Path(str(config.Exchange.get("root") or NBGRADERS_EXCHANGE))
    course_id = str(config.CourseDirectory.get("course_id") or "")
    return [
        *looking.course_folder(),
        *looking.gradebook(str(config.CourseDirectory.get("db_url") or "")),
        *looking.exchange(exchange, course_id),
        *looking.package(),
        *looking.settings(places, exchange, course_id),
        looking.umask(umask),
    ]


class _Look:
    """The eyes of one person who teaches, on one machine."""

    def __init__(self, course, machine, owner, graders):
        self.course, self.machine, self.owner, self.graders = course, machine, owner, graders

    def course_folder(self):
        yield self._alone("course folder", self.course, "the course")
        for name, what in INSIDE.items():
            path = self.course / name
            if path.exists() and (finding := self._alone(name, path, what)).state != CLOSED:
                yield replace(finding, type_this="")  # what closes the folder closes all of it
        yield from self._above("above the course", self.course)
        if listed := access_list(self.course):
            says = f"{listed} has an access list beside its mode; what that grants was not looked at"
            yield AccessFinding("access list", LOOK, says, f"getfacl {listed}")

    def gradebook(self, url):
        path = Path(url.partition("///")[2])
        if url and not url.startswith("sqlite"):
            says = "it is in a database, which says itself who may log in; keep its password in a file of mode 600"
            yield AccessFinding("gradebook", LOOK, says)
        elif url and path.is_absolute() and path.exists() and path.resolve() != self.course / "gradebook.db":
            yield self._alone("gradebook", path, "everybody's grades")

    def exchange(self, folder, course_id):
        if folder.is_relative_to(self.course):
            says = f"{folder} is in the course, where only one person can use it"
            make = "install -d -m 1777 /srv/nbgrader/exchange, and name it as `exchange` in nbgrader_config.py"
            yield AccessFinding("exchange", LOOK, says, make)
            return
        if not folder.is_dir():
            make = f"as root: install -d -m 1777 {folder}"
            yield AccessFinding("exchange", LOOK, f"{folder} is not there yet", make)
            return
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o022 and not mode & stat.S_ISVTX:
            says = f"{folder} has the mode {mode:o}: whoever may write there may take it away from all"
            yield AccessFinding("exchange", OPEN, says, f"chmod 1777 {folder}")
        elif not self.machine.who(folder, WRITE, self.owner):
            says = f"{folder} has the mode {mode:o}, or lies in a closed folder: students cannot hand in"
            yield AccessFinding("exchange", LOOK, says, f"chmod 1777 {folder}, and a place such as /srv for it")
        else:
            says = f"{folder} has the mode {mode:o}: everybody may remove their own files alone"
            yield AccessFinding("exchange", CLOSED, says)
        yield from self._above("above the exchange", folder)
        ours = folder / course_id
        if not os.path.lexists(ours):
            says = f"{ours} is not there yet, and whoever is first makes it; release before students come"
            yield AccessFinding("in the exchange", LOOK, says, "nbgrader release_assignment NAME")
            return
        found = [f for name, bits in IN_THE_EXCHANGE.items() if (f := self._in_exchange(ours / name, bits))]
        yield from found or [AccessFinding("in the exchange", CLOSED, f"{ours} belongs to you, as nbgrader makes it")]
        yield from self._accounts_of_students(ours / "inbound")

    def package(self):
        package, folder = Path(__file__).resolve().parent, editable_from()
        install = f"as root: {sys.executable} -m pip install '{folder}[grading]' (without -e)"
        if folder is None or not (folder / "solutions").is_dir():
            yield AccessFinding("package", CLOSED, f"installed in {package}, apart from any course")
        elif people := self.machine.readers(folder / "solutions", folder.stat().st_uid):
            says = f"installed editable: {_may(people, f'read the solutions in {folder}')}"
            yield AccessFinding("package", OPEN, says, install)
        else:
            says = f"installed editable from {folder}, so students cannot import it"
            yield AccessFinding("package", LOOK, says, install)
        for path in (package, Path(sysconfig.get_path("purelib")), Path(sys.executable).parent):
            if people := self.machine.writers(path, self.owner):
                says = f"{_may(people, f'change {path}')}, which then runs as you"
                yield AccessFinding("programs", OPEN, says, f"as its owner: chmod -R go-w {path}")

    def settings(self, places, exchange, course_id):
        found = list(forced(places, self.course))
        for says, type_this in found:
            yield AccessFinding(
                "settings for all", OPEN, says, f"{type_this}; then see Learners' settings in docs/hub.md"
            )
        if in_the_variable(self.course):
            says = "JUPYTER_CONFIG_PATH names the course: where students have it too, it leads them there"
            instead = f"ln -s {self.course}/nbgrader_config.py ~/.jupyter/, and unset the variable"
            yield AccessFinding("settings for all", LOOK, says, instead)
        wanted = {"CourseDirectory.course_id": course_id, "Exchange.root": str(exchange), "ExchangeSubmit.strict": True}
        if missing := lacking(places, wanted):
            says = "not there, or not as in the course"
            where = f"as root, in /etc/jupyter/nbgrader_config.py: {'; '.join(missing)}"
            yield AccessFinding("learners' settings", LOOK, says, where)
        elif not found:
            yield AccessFinding("learners' settings", CLOSED, "as in the course, and without its folders")

    def umask(self, umask):
        if umask is None:
            umask = os.umask(0o077)
            os.umask(umask)
        wanted = 0o007 if self.graders else 0o077
        if umask & wanted == wanted:
            return AccessFinding("umask", CLOSED, f"{umask:03o}: new files are not for others")
        says = f"{umask:03o}: new files are for others too, wherever their folder lets them in"
        return AccessFinding("umask", LOOK, says, f"umask {wanted:03o}, and the same line in ~/.profile")

    def _alone(self, subject, path, what):
        """Return whether a path is for its owner alone."""
        readers, writers = self.machine.readers(path, self.owner), self.machine.writers(path, self.owner)
        if not readers and not writers:
            return AccessFinding(subject, CLOSED, f"{path} is for {self.machine.name(self.owner)} alone")
        both = ((readers, f"read {what}"), (writers, f"change {what}"))
        says = "; ".join(_may(people, may) for people, may in both if people)
        if self.graders and ANYBODY not in (*readers, *writers):
            return AccessFinding(
                subject, LOOK, f"{says} (groupshared is set: these must be your graders)", f"ls -ld {path}"
            )
        mode = "o=" if self.graders else "700" if path.is_dir() else "600"
        return AccessFinding(subject, OPEN, says, f"chmod {mode} {path}")

    def _above(self, subject, path):
        if moved := self.machine.movers(path, self.owner):
            says = _may(moved[1], f"rename or remove {path}, because {moved[0]} is theirs to change")
            yield AccessFinding(
                subject, OPEN, says, f"as its owner: chmod go-w {moved[0]}, or another place for {path}"
            )

    def _accounts_of_students(self, inbound):
        """Yield which accounts have handed in under several names."""
        names = {}
        if inbound.is_dir() and not inbound.is_symlink():
            for entry in os.scandir(inbound):
                student, *rest = entry.name.rsplit("+", 3)  # as nbgrader reads it: a name may have a +
                if rest:
                    names.setdefault(entry.stat(follow_symlinks=False).st_uid, set()).add(student)
        for number, students in names.items():
            if len(students) > 1:
                says = f"{self.machine.name(number)} has handed in as {', '.join(sorted(students)[:5])}"
                all_one = len(names) == 1 and number != 0
                more = ": all have one account on the disk, and may change what others handed in" if all_one else ""
                one = "a number for each student (docs/hub.md, Docker)" if all_one else f"ls -l {inbound}"
                yield AccessFinding("accounts", OPEN if all_one else LOOK, says + more, one)

    def _in_exchange(self, path, bits):
        if not os.path.lexists(path):
            return None
        about = path.lstat()
        mode = stat.S_IMODE(about.st_mode)
        if not stat.S_ISDIR(about.st_mode):
            return AccessFinding(
                "in the exchange", OPEN, f"{path} is no folder; somebody put it there", f"ls -l {path}"
            )
        if about.st_uid not in (self.owner, 0) and not self.graders:
            says = f"{path} belongs to {self.machine.name(about.st_uid)}, not to you"
            return AccessFinding("in the exchange", OPEN, says, f"as root: mv {path} {path}.found; then release again")
        letters = "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit)
        if mode & 0o7 & ~bits:
            says = f"{path} has the mode {mode:o}: everybody may {'list' if mode & 0o4 & ~bits else 'change'} it"
            return AccessFinding("in the exchange", OPEN, says, f"chmod o={letters} {path}")
        if mode & bits != bits and not self.graders:
            return AccessFinding("in the exchange", LOOK, f"{path} is closed to students", f"chmod o={letters} {path}")
        if mode & 0o002 and not mode & stat.S_ISVTX:
            says = f"{path} has the mode {mode:o}: who knows the name of a submission may remove it"
            return AccessFinding("in the exchange", OPEN, says, f"chmod +t {path}")
        return None


def editable_from():
    """Return the folder from which the package was installed editable; None if it was not."""
    try:
        about = json.loads(importlib.metadata.distribution("bncourse").read_text("direct_url.json") or "{}")
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    return Path(unquote(urlparse(about["url"]).path)) if about.get("dir_info", {}).get("editable") else None


def _may(people, what):
    return f"{', '.join(people)} may {what}"
