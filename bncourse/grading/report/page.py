"""The report on a class as one page of HTML: no script, no network, light and dark.

Each bar stands beside its number, so that nothing is said by colour or length alone.
"""

import statistics
from html import escape

from bncourse.grading.report.report import (
    NOT_CHECKED,
    NOT_GRADED,
    NOT_KNOWN,
    NOT_STARTED,
    NOT_YET,
    PART,
    SOLVED,
    STOPPED,
    remark,
    walls,
)
from bncourse.grading.report.scores import points

# The colours of the course's figures; each text has a contrast of at least 4.5, each bar of at least 3.
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #4d545c; --line: #c3c7cc; --panel: #f4f3ef;
        --a: #00694d; --b: #0067a3; --c: #a84a00; --d: #8a2846; --e: #6b7177 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --text: #e8e6e1; --soft: #b4b9bf; --line: #454b52; --panel: #1f2429;
          --a: #43b48f; --b: #58a6dd; --c: #e08a3c; --d: #e27a98; --e: #8f969d }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 1rem/1.5 system-ui, "Segoe UI", Arial, sans-serif;
       color: var(--text); background: var(--ground) }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem }
p { max-width: 46rem; margin: .5rem 0 }
.soft { color: var(--soft) }
dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 }
dl div { background: var(--panel); border-left: 4px solid var(--b); padding: .5rem 1rem; min-width: 9rem }
dt { color: var(--soft) } dd { margin: 0; font-size: 1.35rem; font-weight: 600 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-top: 1px solid var(--line) }
thead th { border-top: 0; color: var(--soft); font-weight: 600 }
tbody th .soft { font-weight: 400 }
tbody th { font-weight: 600; white-space: nowrap }
tbody .says { font-weight: 400; white-space: normal; color: var(--soft); max-width: 38rem }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; width: 1% }
th.bar, td.bar { width: 30%; min-width: 8rem }
thead th.n { white-space: normal; vertical-align: bottom }
.track { min-width: 8rem; display: flex; height: 1.15rem; margin-top: .2rem; gap: 2px }
.track span { display: block; min-width: 2px }
.a { background: var(--a) } .b { background: var(--b) } .c { background: var(--c) } .d { background: var(--d) }
.e { background: var(--e) }
.f, .g, .h { background: var(--panel); border: 2px solid var(--e) }
.g { border-style: dashed } .h { border-style: dotted }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .35em }
details summary { cursor: pointer }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
"""
_COLORS = {SOLVED: "a", PART: "b", NOT_YET: "c", STOPPED: "d", NOT_STARTED: "e"}
_COLORS |= {NOT_CHECKED: "f", NOT_KNOWN: "g", NOT_GRADED: "h"}


def page(made):
    """Write the report on a class.

    Parameters
    ----------
    made : ClassReport

    Returns
    -------
    str
        A whole page that needs no other file.
    """
    parts = [_head(made), _ideas(made), _exercises(made), _scores(made), _students(made), _grading(made), _facts(made)]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(made.name)}: report on the class</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{chr(10).join(part for part in parts if part)}
</main>
</body>
</html>
"""


def _head(made):
    tiles = {
        "graded": str(len(made.graded)),
        "not graded": str(len(made.results) - len(made.graded) - len(made.waiting)),
    }
    if made.waiting:
        tiles["waiting for a person"] = str(len(made.waiting))
    if made.graded:
        tiles["median score"] = f"{points(made.median)} of {points(made.most)}"
    tiles["wrong ideas, by name"] = str(len(made.ideas))
    shown = "".join(f"<div><dt>{term}</dt><dd>{value}</dd></div>" for term, value in tiles.items())
    return (
        f"<h1>{escape(made.name)}: report on the class</h1>\n"
        '<p class="soft">For the instructor. It names students; keep it where their grades are kept.</p>\n'
        f"<dl>{shown}</dl>"
    )


def _ideas(made):
    if not made.ideas:
        return "<h2>Wrong ideas</h2>\n<p>No check named a wrong idea.</p>"
    shared = [idea for idea in made.ideas if len(idea.students) > 1]
    single = [idea for idea in made.ideas if len(idea.students) == 1]
    shown = _idea_table("Wrong ideas that several students have, the most frequent first", shared)
    if single:
        folded = _idea_table("Wrong ideas that one student has", single)
        count = f"{len(single)} wrong idea{'s' * (len(single) != 1)} that one student has"
        shown += f"<details{' open' * (not shared)}><summary>{count}</summary>{folded}</details>"
    return (
        "<h2>Wrong ideas</h2>\n<p>What the checks recognized in answers that are not right yet. The code in "
        "brackets is the family of the idea, the same in every notebook.</p>\n" + shown
    )


def _idea_table(caption, ideas):
    if not ideas:
        return ""
    most = len(ideas[0].students)
    rows = []
    for idea in ideas:
        count = len(idea.students)
        code = f" ({escape(idea.code)})" if idea.code else ""
        says = f'<div class="says">{escape(idea.says)}</div>' if idea.says else ""
        rows.append(
            f'<tr><th scope="row">{escape(idea.name)}{code}{says}</th><td>{escape(idea.exercise)}</td>'
            f'<td class="n">{count}</td><td class="bar">{_bar([("c", count)], most) if count > 1 else ""}'
            f"{escape(', '.join(idea.students))}</td></tr>"
        )
    return _table(caption, ["Idea", "Exercise", "Students", "Who"], rows, {2: "n", 3: "bar"})


def _exercises(made):
    if not made.states:
        return ""
    rows = []
    for exercise, states in made.states.items():
        counts = [(state, len(states[state])) for state in made.shown_states]
        total = sum(count for _, count in counts)
        numbers = "".join(f'<td class="n">{count}</td>' for _, count in counts)
        bar = _bar([(_COLORS[state], count) for state, count in counts], total)
        rows.append(f'<tr><th scope="row">{escape(exercise)}</th>{numbers}<td class="bar">{bar}</td></tr>')
    titles = [f'<span class="key {_COLORS[state]}"></span>{state}' for state in made.shown_states]
    left = made.without_details
    note = ""
    if left:
        note = f"<p>Not known: of {len(left)} it is not kept what each check found: {escape(', '.join(left))}.</p>"
    return (
        "<h2>Exercises</h2>\n"
        + _table(
            "How many students have solved each exercise, and how far the others are",
            ["Exercise", *titles, ""],
            rows,
            dict.fromkeys(range(1, len(titles) + 1), "n") | {len(titles) + 1: "bar"},
        )
        + note
    )


def _scores(made):
    if not made.graded:
        return ""
    width = max(1, -(-int(made.most) // 20))
    bins = {}
    for start in range(0, int(made.most) + 1, width):
        bins[start] = 0
    for each in made.graded:
        bins[min(int(max(each.score, 0)) // width * width, max(bins))] += 1
    most = max(bins.values())
    rows = []
    for start, count in bins.items():
        label = f"{start}" if width == 1 else f"{start} to {min(start + width - 1, int(made.most))}"
        bar = _bar([("b", count)], most)
        rows.append(
            f'<tr><th scope="row" class="n">{label}</th><td class="n">{count}</td><td class="bar">{bar}</td></tr>'
        )
    fractions = " A score with a fraction counts at its whole points." if _fractions(made) else ""
    caption = f"How many students have how many of {points(made.most)} points.{fractions}"
    return "<h2>Scores</h2>\n" + _table(caption, ["Points", "Students", ""], rows, {0: "n", 1: "n", 2: "bar"})


def _fractions(made):
    return any(each.score != int(each.score) for each in made.graded)


def _students(made):
    rows = []
    for each in made.results:
        name = f'<div class="soft">{escape(each.person.name)}</div>' if each.person.name else ""
        rows.append(
            f'<tr><th scope="row">{escape(each.person.id)}{name}</th>'
            f'<td class="n">{_points(each)}</td><td>{escape(remark(each))}</td></tr>'
        )
    caption = f"Points of {points(made.most)}. Who has no score is not graded, or not yet in all parts, which is not 0."
    return "<h2>Students</h2>\n" + _table(caption, ["Student", "Points", "What to know"], rows, {1: "n"})


def _points(result):
    if result.so_far is not None:
        return f"{points(result.so_far)} so far"
    return points(result.score) or "not graded"


def _grading(made):
    lines = [f"<li>{escape(wall)}</li>" for wall in walls(made)]
    if made.seconds:
        middle, longest = statistics.median(made.seconds), max(made.seconds)
        lines.append(f"<li>A submission took {middle:.1f} seconds in the median, {longest:.1f} at most.</li>")
    stopped = [each for each in made.results if each.events]
    lines += [f"<li>{escape(each.person.id)}: while it ran, {escape('; '.join(each.events))}</li>" for each in stopped]
    if not lines:
        return ""
    return f"<h2>How grading went</h2>\n<ul>{''.join(lines)}</ul>"


def _facts(made):
    honest = (
        "<p>These are things to look at, and no verdicts: nothing here has changed a grade. A short answer looks like "
        "another because there is one good way to write it. The reference functions are open to all, and who has read "
        "one and understood it may write it again. Equal answers do not say who wrote first, nor whether two people "
        "worked together as they may. Marks change by accident too, when a cell is copied or an editor rewrites the "
        "file. Talk with the people before you conclude anything.</p>"
    )
    if not made.facts:
        return f"<h2>To look at</h2>\n<p>Nothing was found.</p>\n{honest}"
    rows = [
        f'<tr><th scope="row">{escape(fact.kind)}</th><td>{escape(fact.exercise) or "the notebook"}</td>'
        f"<td>{escape(', '.join(fact.students))}</td><td>{escape(fact.says)}</td></tr>"
        for fact in made.facts
    ]
    return f"<h2>To look at</h2>\n{honest}\n" + _table(
        "What was seen", ["What", "Exercise", "Students", "In words"], rows, {}
    )


def _table(caption, titles, rows, classes):
    """Give a table; a title may hold markup, and one that is empty heads the bars."""
    heads = []
    for place, title in enumerate(titles):
        kind = f' class="{classes[place]}"' if place in classes else ""
        heads.append(f'<th scope="col"{kind}>{title}</th>' if title else f"<td{kind}></td>")
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bar(parts, total):
    """Give a bar of parts; the numbers beside it say the same, so it is hidden from who listens."""
    spans = "".join(
        f'<span class="{color}" style="width:{100 * count / total:.1f}%"></span>' for color, count in parts if count
    )
    return f'<div class="track" aria-hidden="true">{spans}</div>' if total else ""
