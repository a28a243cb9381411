"""Which encoding a table is in: what is plain is read, what could be read in two ways is asked.

A file that is not UTF-8 does not say how its letters are written. The same byte is ü in one encoding, ź in another. So
every encoding that a spreadsheet writes is tried. One counts as possible if each word it gives is a word of one script,
and all letters together belong to one language. If two different texts are possible, the person decides.
"""

import re
import unicodedata

from bncourse.trouble import Trouble

WINDOWS = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp874")
ASIAN = ("gb18030", "cp932", "cp949", "big5", "euc_jp")
MAC = ("mac_roman", "mac_latin2", "mac_cyrillic", "mac_greek", "mac_turkish")
DOS = ("cp850", "cp852", "cp866", "cp437")
TRIED = (*WINDOWS, "iso8859_2", "koi8_r", *ASIAN, *MAC, *DOS)
MOST_SHOWN = 6
SURE, GUESSED = 2, 1
_HEAD = 400_000  # bytes that are looked at
_BETWEEN = "’‘–\u00a0\u3000、。・（）【】"
# The letters that a language writes beside a to z.
LETTERS = [
    set(letters)
    for letters in (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíõóôúü", "àèéìîòù", "áéëïóöüèê", "àçèéíïòóúü", "æøåéóô", "åäöé",
        "áðéíóúýþæö", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîșțşţ", "çğıöşüâî",
        "ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž", "çë",
    )
]  # fmt: skip
# For the scripts of East Asia: the bytes of the characters that are common. Rare ones in every name are a
# misreading. (These encodings have Cyrillic letters too.)
_COMMON = {
    "gb18030": lambda pair: (0xB0 <= pair[0] <= 0xD7 or pair[0] == 0xA7) and pair[1] >= 0xA1,
    "big5": lambda pair: 0xA4 <= pair[0] <= 0xC6,
    "cp949": lambda pair: (0xB0 <= pair[0] <= 0xC8 or pair[0] == 0xAC) and pair[1] >= 0xA1,
    "cp932": lambda pair: 0x82 <= pair[0] <= 0x98,
    "euc_jp": lambda pair: pair[0] in (0xA4, 0xA5, 0xA7) or 0xB0 <= pair[0] <= 0xCF,
}


def decoded(content, path, encoding=None):
    """Return the text of a file and the encoding it is in.

    Parameters
    ----------
    content : bytes
    path : path
        For what is said.
    encoding : str, optional
        What a person named.

    Returns
    -------
    text, encoding : str

    Raises
    ------
    Trouble
        If the text could be two different ones, or is damaged already.
    """
    if encoding:
        return _as_named(content, path, encoding), encoding
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), "utf-16"
    if content[:4].count(0) == 2 and content[:400].count(0) > 20:
        return content.decode("utf-16-le" if content[1] == 0 else "utf-16-be", "replace"), "utf-16"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _recognized(content, path)
    _refuse_damage(text, path)
    return text, "utf-8"


def readings(content, tried=TRIED):
    """Return each text that this may be, with the encodings that give it, the likeliest first.

    Returns
    -------
    found : dict of str to list of str
    sure : bool
        Whether all letters of a text belong to one language. Where several languages are needed, it is a guess.
    """
    content = b"\n".join(line for line in content.splitlines() if not line.isascii())  # the others are the same in all
    if len(content) > _HEAD:
        content = content[:_HEAD].rpartition(b"\n")[0] or content[:_HEAD]
    found = {}
    for name in tried:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if likely := _is_plausible(text, name):
            found.setdefault((text, likely), []).append(name)
    common = {each: _share_of_common(each[0], names[0]) for each, names in found.items() if names[0] in ASIAN}
    usual = max(common.values(), default=0)
    found = {each: names for each, names in found.items() if common.get(each, 1) > usual - 0.03}
    best = max((likely for _, likely in found), default=0)
    found = {text: names for (text, likely), names in found.items() if likely == best}
    if best < SURE or len(found) < 2:
        return found, best == SURE
    from charset_normalizer import from_bytes

    known = {str(match): number for number, match in enumerate(from_bytes(content, cp_isolation=list(tried)))}
    last = len(known)
    others = [text for text in found if _script(text) != "LATIN"]
    agreed = [text for text in found if text in known]
    if len(agreed) == 1 and agreed[0] in others:  # among scripts the library is right; among Latin letters it guesses
        return {agreed[0]: found[agreed[0]]}, True
    return {text: found[text] for text in sorted(found, key=lambda text: known.get(text, last))}, True


def samples(text, others=(), most=4):
    """Return some words with letters beyond ASCII, as text to show; those first that other texts have otherwise."""
    beside = [_words(other) for other in others]
    words = dict.fromkeys(
        sorted(
            (word for word in _words(text) if not word.isascii() and word.isprintable()),
            key=lambda word: all(word in other for other in beside) if beside else False,
        )
    )
    return ", ".join([word[:40] for word in words][:most])


def _words(text):
    return re.findall(r"[^\s,;\"]+", text[:_HEAD])


def _recognized(content, path):
    found, sure = readings(content)
    if sure and len(found) == 1:
        [[name, *_]] = found.values()
        try:
            return content.decode(name), name
        except UnicodeDecodeError:
            pass  # behind the part that was looked at
    shown = [f"{names[0]} reads {samples(text, found)}" for text, names in list(found.items())[:MOST_SHOWN]]
    could = f" It could be: {'; '.join(shown)}." if shown else ""
    raise Trouble(
        f"{path} is not in UTF-8, and it does not say how its letters are written.{could} Name it, such as "
        f"--encoding {next(iter(found.values()))[0] if found else 'cp1252'}, or save the table as “CSV UTF-8”. "
        "Nothing was changed."
    )


def _as_named(content, path, encoding):
    try:
        return content.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
    except LookupError:
        raise Trouble(
            f"there is no encoding {encoding!r}; Windows has cp1252 (Western), cp1250 (Central European), cp1251 "
            "(Cyrillic), cp932 (Japanese), gb18030 (Chinese), and a Mac has mac_roman."
        ) from None
    except UnicodeDecodeError as error:
        raise Trouble(f"{path} is not in {encoding} ({error.reason}, byte {error.start}); name another.") from None


def _refuse_damage(text, path):
    """Stop where letters were lost, or garbled, before the file came here."""
    if "\ufffd" in text[:_HEAD]:
        lost = next(word for word in re.findall(r"[^\s,;\"]+", text) if "\ufffd" in word)
        raise Trouble(
            f"{path} has lost letters already ({lost[:40]}): it was saved in an encoding that does not have them. "
            "Export it again from where it comes from. Nothing was changed."
        )
    for word in dict.fromkeys(re.findall(r"\w*[ÂÃÄÅÐÑÎÏ√][^\s,;\"]+", text[:_HEAD])):
        for wrong in ("cp1252", "latin-1", "mac_roman"):
            try:
                meant = word.encode(wrong).decode("utf-8")
            except UnicodeError:
                continue
            if meant != word:
                raise Trouble(
                    f"{path} has garbled letters already: {word[:40]} should be {meant[:40]}. It was opened in the "
                    "wrong encoding and saved again. Export it again from where it comes from; or, if it is right as "
                    "it is, add --encoding utf-8. Nothing was changed."
                )


def _is_plausible(text, encoding):
    """Return whether a text may be one that people wrote: `SURE`, `GUESSED`, or 0 for no."""
    if any((ord(letter) < 32 and letter not in "\t\r\n") or 0x7F <= ord(letter) < 0xA0 for letter in text):
        return 0
    words = {word for word in re.findall(r"[^\x00-&(-,./:-@\[-`{-\x7f]+", text) if not word.isascii()}
    words = {part for word in words for part in re.split(f"[{_BETWEEN}'-]", word) if part and not part.isascii()}
    if not all(map(_is_word, words)):
        return 0
    letters = {letter for word in words for letter in word.lower() if not letter.isascii()} - {"\u0307"}
    if encoding in ASIAN:
        pairs = [letter.encode(encoding) for letter in letters]
        return SURE * (all(len(pair) == 2 for pair in pairs) and _share_of_common(text, encoding) >= 0.8)
    if all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters):
        if any(letters <= language for language in LETTERS):
            return SURE
        each = [{letter for letter in word.lower() if not letter.isascii()} for word in words]
        return GUESSED * all(any(word <= language for language in LETTERS) for word in each)
    return SURE


def _share_of_common(text, encoding):
    """Return how many of the different letters beyond ASCII are common ones of an East Asian script."""
    letters = {letter for letter in text if letter.isalpha() and not letter.isascii()}
    pairs = [letter.encode(encoding) for letter in letters]
    return sum(map(_COMMON[encoding], (pair for pair in pairs if len(pair) == 2))) / max(1, len(pairs))


def _is_word(word):
    """Return whether a word is of one script, with capitals where capitals are."""
    if not all(letter.isalpha() or unicodedata.category(letter)[0] == "M" for letter in word):
        return False
    letters = [letter for letter in word if letter.isalpha()]
    scripts = set(map(_script, word)) - {"COMBINING"}
    if len(scripts) > 1 or not letters or re.search(r"ς\w|ΰ$", word):
        return False
    beyond = [letter for letter in letters if not letter.isascii()]
    plain = [letter for letter in letters if letter.isascii()]
    if scripts == {"LATIN"} and len(letters) > 2 and 2 * len(plain) < len(letters):
        return False
    if any(map(str.islower, letters)) and any(letter.isupper() and not letter.isascii() for letter in letters[1:]):
        return False
    if len(plain) > 2 and all(map(str.isupper, plain)) and any(map(str.islower, beyond)):
        return False
    return scripts == {"LATIN"} or not any(map(str.isupper, letters[1:])) or all(map(str.isupper, letters))


def _script(letters):
    """Return the script of a letter, or of the first letter of a text that is not in ASCII."""
    letter = next((each for each in letters if each.isalpha() and not each.isascii()), letters[:1])
    first = unicodedata.name(letter, "").split(" ")[0] if letter else ""
    return "CJK" if first in ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC") else first
