"""The lines in which a mistake can be, where one value is known with which all comes out right.

Such a value shows that the mistake is in what makes it. Where that is more than one line, those that nothing speaks for
are left: the card names them all, or none.
"""

import ast
import builtins

import numpy as np

from bncourse.checking.lines import does, names_chosen, right_lines
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.where.digits_lost import is_nearly_right, loses_digits
from bncourse.checking.where.everywhere import Everywhere
from bncourse.checking.where.flow import Flow, written_into
from bncourse.checking.where.known import is_known, is_rearranged, rows_of
from bncourse.checking.where.one_change import SHAPES, helpers_of
from bncourse.checking.where.places import which_of
from bncourse.checking.where.several import wrong_results
from bncourse.checking.where.steps import distinct, is_same, is_telling, steps_of

MOST_SHOWN = 2  # lines
SECONDS = 2.0
_EVERYWHERE = {*dir(builtins), "np", "numpy", "math"}


class Suspects:
    """The lines of an answer, and what speaks for each of them.

    Parameters
    ----------
    exercise : Exercise
    changes : Changes
        Of the answer; it holds the texts.
    places : list of tuple
        As `Changes.observing` gives it.
    rows : dict
        What `variants.shapes` gave on one case, by its number.
    inputs : list of ndarray
    steps : list of tuple
        The name and the value of each step of right answers on that case.
    wrong : sequence of int
        Which of several results are not right on that case.
    by_chance : set of int
        The expressions that have values of right answers on that case alone.
    """

    def __init__(self, exercise, changes, places, rows, inputs, steps, wrong=(), by_chance=()):
        self._functions, self._wrong, self._by_chance = changes.functions, wrong, by_chance
        self._right = {line.does for line in right_lines(exercise)}
        self._right_with_names = {line.named for line in right_lines(exercise)}
        self._own = {function.name: names_chosen(function) for function in self._functions}
        self._places, self._rows, self._inputs, self._steps = places, rows, inputs, steps
        self._numbers = {id(place[4]): number for number, place in enumerate(places)}
        self._flow = Flow(self._functions, set(self._passed_on()))

    def _passed_on(self):
        """Yield the parameters of functions inside that hold the pieces of an input, one after the other."""
        inner = [
            (function.name, argument.arg)
            for function in self._functions
            for node in ast.walk(function)
            if isinstance(node, ast.FunctionDef) and node is not self._functions[0]
            for argument in node.args.args
        ]
        for number, (_, _, _, tree, node) in enumerate(self._places):
            row = self._rows.get(number)
            is_one = row and row[1] > 1 and isinstance(node, ast.Name) and (tree, node.id) in inner
            if is_one and is_known(row, self._inputs, [], near=False):
                yield tree, node.id

    def lines(self, number):
        """Return the lines from which the value of an expression can have its mistake.

        Parameters
        ----------
        number : int
            That of the expression among the places.

        Returns
        -------
        list of tuple
            The name of the function, and the number of the line in it.
        """
        line, _, _, tree, node = self._places[number]
        here = next((s for s in self._flow.statements if s.tree == tree and s.holds(node)), None)
        sources = [each for each in self._flow.sources(tree, node) if not (here and here.is_placed_by(each))]
        if here is None:
            return [(tree, line), *(each.line for each in sources)]
        is_name = isinstance(node, ast.Name)
        given = is_name and not any((tree, node.id) in each.writes for each in self._flow.statements)
        if given and tree == self._functions[0].name and not here.inside:
            # what the task gives is right, and here it was not what belongs here; or what a loop does with it is wrong
            return [] if isinstance(here.node, ast.For) else [here.line]
        if is_name and not self._is_known(number) and (tree, node.id) not in here.writes:
            # a name whose value no right answer has: it is wrong where it is given, and here another was tried
            sources = [each for each in sources if each is not here]
        elif here not in sources:
            sources.append(here)
        odd = self._odd_of([each for each in sources if self.ran(each)])
        is_right = is_name or does(here.node, ()) in self._right_with_names  # a right value may be another one's
        own = [] if odd and is_right else [here]
        return sorted({each.line for each in [*odd, *own]})

    def ran(self, statement):
        """Return whether a statement can have run where it fails: a branch that did not is not what is wrong there."""
        noted = {self._numbers.get(id(each)) for part in statement.parts for each in ast.walk(part)} - {None}
        return not (noted and self._rows.ran) or bool(noted & self._rows.ran)

    def _odd_of(self, statements):
        """Return the statements in which the mistake can be.

        They are those whose text and value no right answer has. A line of a right answer, names aside, whose value none
        has is one where all that it is made of is right by its text too; else what is odd of that is.
        """
        doubted = [each for each in statements if not self._is_cleared(each)]
        odd = [each for each in doubted if not self.is_right_text(each)]
        for each in doubted:
            before = [one for one in self._flow.before(each) if one is not each]
            if each not in odd and not any(one in doubted for one in before):
                unlike = [one for one in before if not (self.is_right_text(one) or self._is_certain(one))]
                odd += unlike or [
                    each,
                    *(one for one in before if not self._is_certain(one)),
                ]
        return list(dict.fromkeys(odd))

    def lines_if_right(self, number):
        """Return the lines in which the mistake can be where the value of an expression is one of right answers itself.

        Then another value there may make up for a mistake in any line that no right answer has.
        """
        line, _, _, tree, _ = self._places[number]
        ran = filter(self.ran, self._flow.statements)
        odd = [each for each in ran if not self.is_right_text(each) and not self._is_cleared(each)]
        return sorted({(tree, line), *(each.line for each in odd)})

    def odd(self):
        """Return the statements of the whole answer in which the mistake can be."""
        return self._odd_of(self._flow.statements)

    def are_all_odd(self, lines):
        """Return whether no mistake can be in another line than these."""
        return {each.line for each in self.odd()} <= set(lines)

    def count(self):
        """Count the statements."""
        return len(self._flow.statements)

    def is_filled(self, number):
        """Return whether an expression is what a name begins with into which something is written later."""
        _, _, parent, tree, node = self._places[number]
        targets = parent.targets if isinstance(parent, ast.Assign) and parent.value is node else []
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        return any(each.tree == tree and names & written_into(each.node) for each in self._flow.statements)

    def hangs_on_what_is_elsewhere(self, lines):
        """Return whether one of some lines names what the learner has elsewhere."""
        return any(each.line in lines and self.names_elsewhere(each) for each in self._flow.statements)

    def names_elsewhere(self, statement):
        """Return whether a statement names what the learner has elsewhere, where the mistake may be."""
        [function] = [each for each in self._functions if each.name == statement.tree]
        own = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)} | self._own[statement.tree]
        own |= {each.name for each in ast.walk(function) if isinstance(each, ast.FunctionDef)} | set(self._own)
        names = {n.id for n in ast.walk(statement.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        return bool(names - own - _EVERYWHERE)

    def which(self, number):
        """Say which one of its line an expression is, where its text stands there more than once."""
        line, _, _, tree, node = self._places[number]
        [function] = [each for each in self._functions if each.name == tree]
        is_in_it = node.lineno == node.end_lineno == line
        which = which_of(node, function.kept_lines[line - 1]) if is_in_it else ""
        return f" ({which})" if which else ""

    def text(self, tree, line):
        """Return the text of a line of one of the functions."""
        [function] = [each for each in self._functions if each.name == tree]
        return function.kept_lines[line - 1].strip()

    def shown(self, lines):
        """Return the texts of lines as a card shows them, where the number of the first stands before them."""
        texts = [f"{number}: {self.text(tree, number)}" for tree, number in lines]
        return "; or line ".join(texts).removeprefix(f"{lines[0][1]}: ")

    def _is_known(self, number):
        row = self._rows.get(number)
        return row is None or (number not in self._by_chance and is_known(row, self._inputs, self._steps))

    def _is_cleared(self, statement):
        """Return whether a statement is right: its value is that of a right answer, and no other line has it too."""
        node = statement.node
        right_text = self.is_right_text(statement)
        if loses_digits(node) and not right_text:
            return False
        if isinstance(node, ast.FunctionDef | ast.Raise | ast.Pass | ast.Import | ast.ImportFrom | ast.Assert):
            return True
        if isinstance(node, ast.Return) and self._gives_the_result(statement):
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            return right_text and len(parts) > 1 and not any(place < len(parts) for place in self._wrong)
        if not isinstance(node, ast.Assign):
            return right_text and all(map(self._may_be_right, self._numbered(getattr(node, "value", None))))
        numbered = self._numbered(node.value)
        if self._is_a_wrong_result(statement):
            return False
        if right_text:
            return all(map(self._may_be_right, numbered))
        return bool(numbered) and None not in numbered and all(self._is_a_step(n, statement) for n in numbered)

    def _is_a_wrong_result(self, statement):
        """Return whether a statement gives its value to a name that comes back as a result that is not right.

        Such a value may be that of a right answer, which has it on its way to another result.
        """
        targets = {target.id for target in statement.node.targets if isinstance(target, ast.Name)}
        if not targets or statement.tree != self._functions[0].name or statement.inside:
            return False
        later = [s for s in self._flow.statements if s is not statement and targets & {name for _, name in s.writes}]
        returns = [s.node.value for s in self._flow.statements if isinstance(s.node, ast.Return) and not s.inside]
        if later or len(returns) != 1 or not isinstance(returns[0], ast.Tuple):
            return False
        places = [place for place, part in enumerate(returns[0].elts) if getattr(part, "id", "") in targets]
        return bool(places) and set(places) <= set(self._wrong)

    def _is_certain(self, statement):
        """Return whether a statement is right with the names that it uses: by its value, or by its text."""
        numbered = self._numbered(getattr(statement.node, "value", None))
        rows = [self._rows[number] for number in numbered if number in self._rows]
        if numbered and len(rows) == len(numbered) and all(r[1] == 1 and is_telling(np.ravel(r[3])) for r in rows):
            return self._is_cleared(statement)
        return does(statement.node, ()) in self._right_with_names

    def _gives_the_result(self, statement):
        """Return whether a return is the one that gave the result: it was evaluated, or is the only one."""
        if statement.inside or statement.tree != self._functions[0].name or statement.node.value is None:
            return False
        returns = [s for s in self._flow.statements if isinstance(s.node, ast.Return) and not s.inside]
        evaluated = any(self._numbers.get(id(each)) in self._rows for each in ast.walk(statement.node.value))
        return evaluated or len([each for each in returns if each.tree == statement.tree]) == 1

    def _numbered(self, value):
        parts = value.elts if isinstance(value, ast.Tuple) else [value] if value is not None else []
        return [self._numbers.get(id(part)) for part in parts]

    def _may_be_right(self, number, again=True):
        """Return whether a value is one of right answers, or tells nothing, as one in a loop may."""
        row = self._rows.get(number)
        if number in self._by_chance:
            return False
        return row is None or (again and row[1] > 1) or is_known(row, self._inputs, self._steps, near=False)

    def _is_a_step(self, number, statement):
        row = self._rows.get(number)
        if row is None or not is_telling(np.ravel(row[3])) or not self._may_be_right(number, again=False):
            return False
        value = np.ravel(row[3])
        if any(is_rearranged(value, given) for given in self._inputs):
            return False
        lines = {statement.line}
        for other, each in self._rows.items():
            if np.size(each[3]) == value.size and is_same(np.ravel(each[3]), value):
                place = self._places[other]
                if not isinstance(place[4], ast.Name):  # what reads a name has its value, of course
                    lines.add((place[3], place[0]))
        return len(lines) == 1

    def is_right_text(self, statement):
        """Return whether a statement does what a line of a right answer does, by its text."""
        return does(statement.node, self._own[statement.tree]) in self._right


def suspects_on(exercise, answer, trial):
    """Run an answer once more on a case, and give what speaks for its lines; None where that cannot be seen.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trial : Trial

    Returns
    -------
    Suspects or None
    """
    helpers = helpers_of(answer)
    changes = Changes(answer.source, helpers or ())
    source, places = changes.observing(names=True)
    if helpers is None or not places:
        return None
    arguments, options = trial.case.copy()
    reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
    if reply.fault or reply.timed_out or not isinstance(reply.value, list):
        return None
    rows = rows_of(reply.value, len(places), exactly=is_nearly_right([trial]))
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    steps = distinct([(step.name, step.value) for step in steps_of(exercise, trial.case)])
    chance = Everywhere(exercise, answer, source).by_chance(rows)
    return Suspects(exercise, changes, places, rows, inputs, steps, wrong_results(trial), chance)
