"""Where a statement about another project can be read: what it is called, its address, and when we read it."""

from typing import NamedTuple

GITHUB = "https://github.com"


class Source(NamedTuple):
    """One place where a statement can be read.

    Parameters
    ----------
    said : str
        The project, with the number of the issue or the commit, and the date.
    url : str
    """

    said: str
    url: str


def issue(project, number, month, what=""):
    """Return an issue on GitHub as a source.

    Examples
    --------
    >>> issue("owner/project", 7, "May 2020", "closed").said
    'owner/project, issue 7 (May 2020, closed)'
    """
    said = f"{project}, issue {number} ({', '.join(filter(None, (month, what)))})"
    return Source(said, f"{GITHUB}/{project}/issues/{number}")


def change(project, number, month, what="merged"):
    """Return a pull request on GitHub as a source.

    Examples
    --------
    >>> change("owner/project", 8, "June 2020").said
    'owner/project, pull request 8 (June 2020, merged)'
    """
    said = f"{project}, pull request {number} ({', '.join(filter(None, (month, what)))})"
    return Source(said, f"{GITHUB}/{project}/pull/{number}")


def file(project, commit, path, what=""):
    """Return a file on GitHub, at one commit, as a source.

    Examples
    --------
    >>> file("owner/project", "0123456789abcdef", "tests/test.py").said
    'owner/project, tests/test.py at commit 0123456'
    """
    said = f"{project}, {path} at commit {commit[:7]}{f' ({what})' if what else ''}"
    return Source(said, f"{GITHUB}/{project}/blob/{commit}/{path}")
