"""The accounts of a machine, and which of them may read or change a file.

The mode of the file counts, and that of each folder above it: who may not go through one of them reaches nothing below.
"""

import os
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ANYBODY = "everybody on this machine"
FIRST_PERSON = 500  # below this number, accounts belong to the system's own services (macOS begins at 501)
NOBODY = 65534
READ, WRITE, ENTER = 4, 2, 1


@dataclass(frozen=True)
class Account:
    """One account, or everybody who has a group.

    Parameters
    ----------
    name : str
    number : int
        -1 where it is no single account.
    groups : frozenset of int
    """

    name: str
    number: int
    groups: frozenset = frozenset()

    def may(self, about, bits):
        """Return whether a file with this ``os.stat_result`` grants this account all of these bits."""
        shift = 6 if about.st_uid == self.number else 3 if about.st_gid in self.groups else 0
        return about.st_mode >> shift & bits == bits


@dataclass(frozen=True)
class Accounts:
    """All accounts of people on a machine.

    Parameters
    ----------
    accounts : tuple of Account
    groups : dict of int to str
        The names of groups.
    """

    accounts: tuple
    groups: dict

    @classmethod
    def live(cls):
        """Return those of this machine.

        An account of a directory that does not list its accounts is seen where a group names it.
        """
        import grp
        import pwd

        entries = {entry.pw_name: entry for entry in pwd.getpwall()}
        groups = grp.getgrall()
        members = {name: {entry.pw_gid} for name, entry in entries.items()}
        for group in groups:
            for name in group.gr_mem:
                members.setdefault(name, set()).add(group.gr_gid)
        accounts = []
        for name, ids in members.items():
            number = entries[name].pw_uid if name in entries else -1
            if number == -1 or FIRST_PERSON <= number != NOBODY:
                accounts.append(Account(name, number, frozenset(ids)))
        return cls(tuple(accounts), {group.gr_gid: group.gr_name for group in groups})

    def readers(self, path, owner):
        """Return who may read a file or look into a folder, beside its owner and root.

        Parameters
        ----------
        path : Path
        owner : int
            The number of an account that is left out.

        Returns
        -------
        tuple of str
            Names of accounts and groups; ``(ANYBODY,)`` if everybody may.
        """
        folder = stat.S_ISDIR(os.stat(path).st_mode)
        either = {*self.who(path, READ, owner), *(self.who(path, ENTER, owner) if folder else ())}
        return (ANYBODY,) if ANYBODY in either else tuple(sorted(either))

    def writers(self, path, owner):
        """Return who may change a file, or what is in a folder; as `readers`."""
        folder = stat.S_ISDIR(os.stat(path).st_mode)
        return self.who(path, WRITE | ENTER if folder else WRITE, owner)

    def who(self, path, bits, owner):
        """Return who has all of these bits on a path, and may go through the folders above it; as `readers`."""
        place = Path(os.path.realpath(path))
        about, above = os.stat(place), [os.stat(folder) for folder in place.parents]

        def has(account):
            return account.may(about, bits) and all(account.may(folder, ENTER) for folder in above)

        if has(Account(ANYBODY, -1)):
            return (ANYBODY,)
        named = sorted(each.name for each in self.accounts if each.number not in (owner, 0) and has(each))
        # a group whose members no list gives; one that has the name of the owner is the owner's own
        group = self.groups.get(about.st_gid, str(about.st_gid))
        known = any(about.st_gid in each.groups for each in self.accounts)
        if not known and group not in ("root", "wheel") and has(Account(group, -1, frozenset({about.st_gid}))):
            named.append(f"the group {group}")
        return tuple(named)

    def movers(self, path, owner):
        """Return who may rename or remove a path, as the folder above and the names; None if nobody may.

        Where a folder has the sticky bit, its owner still may.
        """
        for folder in Path(os.path.realpath(path)).parents:
            about = os.stat(folder)
            people = self.who(folder, WRITE | ENTER, owner)
            if about.st_mode & stat.S_ISVTX:
                people = tuple(each.name for each in self.accounts if each.number == about.st_uid != owner)
            if people:
                return folder, people
        return None

    def home(self, number):
        """Return the home folder of an account, or None."""
        import pwd

        try:
            return Path(pwd.getpwuid(number).pw_dir)
        except KeyError:
            return None

    def name(self, number):
        """Return the name of an account, or its number."""
        return next((each.name for each in self.accounts if each.number == number), f"account {number}")


@lru_cache(64)
def access_list(path):
    """Return the path, or a folder above it, that has an access list beside its mode; None if none has.

    Modes do not tell what such a list grants.
    """
    for each in (path, *path.parents):
        try:
            os.getxattr(each, "system.posix_acl_access")
        except (OSError, AttributeError):  # no list; or a system that keeps them elsewhere
            continue
        return each
    return None
