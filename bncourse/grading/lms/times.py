"""Times as people and systems write them, in many languages, and the zone they count in."""

import re
import unicodedata
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bncourse.trouble import Trouble

# Whose names of months and days are known; Babel has them.
LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "ca", "gl", "eu", "da", "sv", "nb", "fi", "et", "lv", "lt", "pl", "cs",
    "sk", "sl", "hr", "sr_Latn", "hu", "ro", "tr", "el", "bg", "ru", "uk", "he", "ar", "fa", "id", "vi", "zh", "ja",
    "ko",
)  # fmt: skip
_WORDS_BETWEEN = {
    "de", "del", "d", "di", "do", "da", "a", "à", "alle", "ore", "las", "às", "at", "um", "uhr", "kl", "om", "o", "v",
    "ob", "klo", "г", "р", "h", "den", "d.",
}  # fmt: skip
_MORNING = {"am", "a.m.", "a. m.", "vorm.", "上午", "午前", "오전", "dop.", "sa"}
_EVENING = {"pm", "p.m.", "p. m.", "nachm.", "下午", "午後", "오후", "odp.", "ös"}
_OFFSET = r"Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Z]\w+/\w[\w+/-]*"
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:h.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?(?!\d)")
_PLAIN = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_EAST = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class NotPlain(ValueError):
    """A text that could be no time, or two."""


def zone_of(name):
    """Return the zone that a setting names; None, which is that of this machine, for "".

    Raises
    ------
    Trouble
        If there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches

        near = get_close_matches(name, available_timezones(), 1, 0.5)
        meant = f" Did you mean {near[0]!r}?" if near else " Name one such as 'Europe/Berlin'."
        raise Trouble(f"c.LateRule.timezone: there is no zone {name!r}.{meant}") from None


def at_home(time, zone):
    """Return a time on the clock of a zone; one without a zone is read as being in it."""
    if time.tzinfo is None:
        return time.replace(tzinfo=zone) if zone else time.astimezone()
    return time.astimezone(zone)


def shown(time, zone):
    """Return a time for people to read, with its zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> shown(datetime(2026, 3, 1, 22, 59, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    '2026-03-01 23:59 CET (Europe/Berlin)'
    """
    time = at_home(time, zone)
    named = f" ({zone.key})" if isinstance(zone, ZoneInfo) else " (this machine's)"
    return f"{time:%Y-%m-%d %H:%M %Z}{named}"


def read_moments(texts, zone=None):
    """Read the times of one column, which are all written in one way.

    Parameters
    ----------
    texts : dict
        The texts, by whatever tells them apart.
    zone : tzinfo, optional
        In which a time without a zone counts; that of this machine where it is not given.

    Returns
    -------
    dict
        For each the time, with its zone; or the `NotPlain` that says why it is none.
    """
    parts = {key: _taken_apart(text) for key, text in texts.items()}
    numbers = [_NUMBERS.fullmatch(date) for date, *_ in parts.values()]
    pairs = [(int(match[1]), int(match[2])) for match in numbers if match]
    day_first, month_first = all(two <= 12 for _, two in pairs), all(one <= 12 for one, _ in pairs)
    if any(match and "." in match[0] for match in numbers):
        month_first = False  # with dots, the day is first wherever people write so
    order = None if day_first == month_first else "day" if day_first else "month"
    words = {word for date, *_ in parts.values() if not _NUMBERS.fullmatch(date) for word in _words(date)}
    languages = _languages(words) if words else []
    found = {}
    for key, (date, clock, offset) in parts.items():
        try:
            found[key] = _put_together(_date(date, order, languages), clock, offset, zone)
        except NotPlain as error:
            found[key] = error
        except (ValueError, OverflowError, LookupError) as error:
            found[key] = NotPlain(str(error))
    return found


def _taken_apart(text):
    """Return the date, the clock and the zone of a text."""
    text = unicodedata.normalize("NFC", " ".join(text.replace("\u200e", "").replace("\u200f", "").split()))
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    text = re.sub(r"(?<=\d)(er|st|nd|rd|th|º|ª)\b", "", text)
    offset = re.search(rf"(?<=[\d\w. ])\s?({_OFFSET})$", text) if re.search(r"\d", text) else None
    text = text[: offset.start()] if offset else text
    clock = [match for match in _CLOCK.finditer(text) if not _NUMBERS.match(text, match.start())]
    if not clock:
        return text.strip(" ,"), None, offset and offset[1]
    last = clock[-1]
    before, after = text[: last.start()].strip(), text[last.end() :].strip(" ,").casefold()
    half = 12 if after in _EVENING else 0 if after in _MORNING else None
    for word in _EVENING | _MORNING:
        if before.casefold().endswith(f" {word}"):
            half, before = (12 if word in _EVENING else 0), before[: -len(word)]
    if after and half is None and after not in _WORDS_BETWEEN:
        before = f"{before} {after}"
    return before.strip(" ,،-–"), (last, half), offset and offset[1]


def _put_together(date, clock, offset, zone):
    hour = minute = second = 0
    if clock:
        match, half = clock
        hour, minute, second = (int(match[part] or 0) for part in (1, 2, 3))
        if half is not None:
            if not 1 <= hour <= 12:
                raise NotPlain("the hour does not fit am or pm")
            hour = hour % 12 + half
    else:
        raise NotPlain("it has no time of the day")
    time = datetime(*date, hour, minute, second)
    if offset in ("Z", "UTC", "GMT"):
        return time.replace(tzinfo=ZoneInfo("UTC"))
    if offset and offset[0] in "+-":
        return datetime.strptime(f"{time:%Y%m%d%H%M%S}{offset.replace(':', '')}", "%Y%m%d%H%M%S%z")
    return at_home(time, ZoneInfo(offset) if offset else zone)


def _date(text, order, languages):
    """Return the year, the month and the day."""
    text = text.strip(" ,")
    if match := _PLAIN.search(text) or _EAST.search(text):
        return tuple(map(int, match.groups()))
    if match := _NUMBERS.search(text):
        one, two, year = map(int, match.groups())
        if order is None and one != two:
            raise NotPlain("day and month could be exchanged")
        return (year, two, one) if order == "day" else (year, one, two)
    numbers = re.findall(r"\d+", text)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(years) != 1 or len(days) != 1:
        raise NotPlain("no date is known like this")
    months, another = set(), False
    for language in languages:
        known, weekdays = _names(language)
        words = _words(text)
        here = {month for word in words for month in known.get(word, ())}
        said = {day for word in words if word not in known for day in weekdays.get(word, ())}
        for month in here:
            try:
                date = datetime(int(years[0]), month, int(days[0]))
            except ValueError:
                continue
            another = another or bool(said - {date.weekday()})
            if not said or date.weekday() in said:
                months.add(month)
    if len(months) != 1:
        nothing = "its weekday is that of another day" if another else "no month is known that is called so"
        raise NotPlain("two months are called so" if months else nothing)
    return int(years[0]), months.pop(), int(days[0])


def _words(text):
    found = (word.strip(".,،'’").casefold() for word in re.findall(r"[^\W\d_][^\s\d,]*", text))
    return [word for word in found if word and word not in _WORDS_BETWEEN]


def _languages(words):
    """Return the languages that have all of these words."""
    known = {language for language in LANGUAGES[:1] if words <= _vocabulary(language)}
    return sorted(known or {language for language in LANGUAGES if words <= _vocabulary(language)})


def _vocabulary(language):
    months, days = _names(language)
    return months.keys() | days.keys()


@cache
def _names(language):
    """Return the names of months and of weekdays of a language, each with the numbers that it may mean."""
    from babel.dates import get_day_names, get_month_names

    months, days = {}, {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for names, table, shift in ((get_month_names, months, 0), (get_day_names, days, 0)):
                for number, name in names(width, context, language).items():
                    for word in {name.casefold().strip("."), *_parts(name)}:
                        table.setdefault(word, set()).add(number + shift)
    return months, days


def _parts(name):
    words = [word.strip(".,'’").casefold() for word in name.split()]
    return {word for word in words if len(word) > 2} if len(words) > 1 else set()
