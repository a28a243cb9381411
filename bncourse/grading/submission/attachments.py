"""The pictures that somebody pasted into a text of a notebook.

Only what claims to be a PNG, a JPEG or a GIF is kept, up to a size; a text that names another file says so instead.
"""

import re

from bncourse.grading.submission.characters import clean

MOST_PICTURE = 7_000_000  # characters of one picture
MOST_PICTURES = 20  # in one cell
TYPES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*+")
# Some editors write a pasted picture into the text itself, which makes the text too long.
_PASTED = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=]++)")
# Nothing in it may begin another picture, so that no part of a text is looked at again and again.
_SHOWN = re.compile(r"!\[([^\[\]\n]{0,300}+)\]\(\s{0,3}<?attachment:([^()\[\s\"'>]{1,300}+)[^()\[\n]{0,300}+\)")
_NAMED = re.compile(r"attachment:([^)\s\"'>\]]{1,300}+)")


def pictures(told):
    """Return the pictures among the attachments of a cell, and the names of what is none."""
    kept, left_out = {}, []
    for name, bundle in told.items() if isinstance(told, dict) else ():
        name = clean(name)[:200]
        bundle = bundle if isinstance(bundle, dict) else {}
        found = {kind: "".join(data) if _is_lines(data) else data for kind, data in bundle.items() if kind in TYPES}
        found = {kind: data for kind, data in found.items() if _is_picture(data)}
        if name and found and len(kept) < MOST_PICTURES:
            kept[name] = dict([*found.items()][:1])
        elif len(left_out) < MOST_PICTURES:
            left_out.append(name or "a file")
    return kept, left_out


def _is_lines(data):
    return isinstance(data, list) and all(isinstance(line, str) for line in data)


def _is_picture(data):
    return isinstance(data, str) and 0 < len(data) <= MOST_PICTURE and _BASE64.fullmatch(data) is not None


def unpasted(source, attachments, left_out):
    """Make attachments of the pictures that stand in a text itself; gives the text."""

    def attached(found):
        name = f"pasted-{len(attachments) + 1}.{found[1].rpartition('/')[2]}"
        if len(attachments) >= MOST_PICTURES or not _is_picture(found[2]):
            left_out.append(name)
        else:
            attachments[name] = {found[1]: found[2]}
        return f"attachment:{name}"

    return _PASTED.sub(attached, source)


def joined(pieces):
    """Put texts and their pictures together.

    Parameters
    ----------
    pieces : list of (str, dict)
        Each text with the attachments of its cell, where names may stand for different pictures.

    Returns
    -------
    text : str
    attachments : dict
    """
    texts, together = [], {}
    for text, attachments in pieces:
        for name, bundle in attachments.items():
            new, number = name, 2
            while new in together and together[new] != bundle:
                new, number = f"{number}-{name}", number + 1
            together[new] = bundle
            if new != name:
                text = text.replace(f"attachment:{name}", f"attachment:{new}")
        texts.append(text.strip())
    return "\n\n".join(texts), together


def without_missing(text, attachments):
    """Say in a text which of the pictures that it shows are not there; what shows a notebook stops at them.

    Returns
    -------
    text : str
    missing : list of str
        Their names.
    """
    missing = []

    def said(name):
        missing.append(name)
        safe = re.sub(r"[^\w .-]", "", name)
        return f"[a picture was left out: {safe}]"

    text = _SHOWN.sub(lambda found: found[0] if found[2] in attachments else said(found[2]), text)
    text = _NAMED.sub(lambda found: found[0] if found[1] in attachments else said(found[1]), text)
    return text, list(dict.fromkeys(missing))
