"""What a released notebook gets for its reader: links to other notebooks, a card, and the words that it uses."""

import re

from bncourse.companion.glossary import GLOSSARY
from bncourse.companion.summaries import SUMMARIES

CARD, WORDS = "On one card", "Words of this notebook"
_WORDS_LINK = "#" + WORDS.replace(" ", "-")
# Where no link may begin: code, links, headings, HTML, formulas, tables' rules.
_CLOSED = re.compile(
    r"```.*?```|^ {4}[^\n]*|`[^`\n]*`|!?\[[^\]]*\]\([^)]*\)|<[^>\n]*>|^#[^\n]*|\*\*[^*\n]*\*\*|\$[^$\n]*\$", re.M | re.S
)
_NOTEBOOK = re.compile(r"\b([Nn]otebook) (\d\d)\b")


def linked(text, names):
    """Make links of the words "notebook 05" in a text.

    Parameters
    ----------
    text : str
        Markdown.
    names : dict of str to str
        The names of the notebooks by number.

    Returns
    -------
    str

    Examples
    --------
    >>> linked("See notebook 05, not `notebook 05`.", {"05": "05-backward"})
    'See [notebook 05](../05-backward/05-backward.ipynb), not `notebook 05`.'
    """

    def link(match):
        name = names.get(match[2])
        return f"[{match[0]}](../{name}/{name}.ipynb)" if name else match[0]

    return _open(text, lambda part: _NOTEBOOK.sub(link, part))


def words_linked(texts):
    """Make a link of the first use of each word of the glossary.

    Parameters
    ----------
    texts : sequence of str
        The text cells of a notebook, in order.

    Returns
    -------
    list of str, list of str
        The texts, and the words that they use, in the order of the alphabet.
    """
    waiting, done, used = dict(_patterns()), [], []
    for whole in texts:
        text, mark, sources = whole.partition("**Source")  # no words are linked in the titles of papers
        for word, pattern in list(waiting.items()):
            changed = _open(
                text, lambda part, pattern=pattern: pattern.sub(rf"[\1]({_WORDS_LINK})", part, count=1), once=True
            )
            if changed != text:
                text = changed
                used.append(word)
                del waiting[word]
        done.append(text + mark + sources)
    return done, sorted(used, key=str.lower)


def card(number):
    """Return the text of a notebook's card."""
    rows = "\n".join(f"| **{what}** | {says} |" for what, says in SUMMARIES[number])
    return f"## {CARD}\n\n| | |\n|---|---|\n{rows}"


def word_list(words):
    """Return the text that explains words."""
    return f"## {WORDS}\n\n" + "\n".join(f"- **{word}**: {GLOSSARY[word][0]}" for word in words)


def _patterns():
    for word in sorted(GLOSSARY, key=len, reverse=True):  # "learning rate" before "rate"
        forms = sorted({word, *GLOSSARY[word][1:]}, key=len, reverse=True)
        # "gradient" is not looked for in "gradient descent"
        longer = "".join(
            rf"(?!{re.escape(other.removeprefix(word))}\b)" for other in GLOSSARY if other.startswith(f"{word} ")
        )
        yield word, re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, forms))})(?![\w-]){longer}")


def _open(text, change, once=False):
    """Change the parts of a text in which a link may stand; with `once`, stop after the first that changes."""
    parts, end, changed = [], 0, False
    for closed in [*_CLOSED.finditer(text), None]:
        start = closed.start() if closed else len(text)
        part = text[end:start]
        if not (once and changed):
            new = change(part)
            changed, part = changed or new != part, new
        parts.append(part)
        if closed:
            parts.append(closed[0])
            end = closed.end()
    return "".join(parts)
