"""What is told of a line in the wrong place, of a name that a loop left, of a value made in vain, of helpers' lines."""

import inspect
import re
import textwrap

import numpy as np
import pytest
import sampled
from written_cells import said

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.rewriting.changes import Changes

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]
PROVED = "One change makes every case of this check come out right: in line "

ROWS = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        batch, features = x.shape
        y = np.zeros((batch, features))
        for f in range(features):
            mean = 0.0
            for i in range(batch):
                mean += x[i, f]
            mean /= batch
            var = 0.0
            for i in range(batch):
                var += (x[i, f] - mean) ** 2
            var /= batch
            for i in range(batch):
                y[i, f] = gamma[f] * (x[i, f] - mean) / np.sqrt(var + eps) + beta[f]
        return y
"""
RUNNING = """
    def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        mean, var = x.mean(axis=0), x.var(axis=0)
        if training:
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        if not training:
            mean, var = running_mean, running_var
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, running_mean, running_var
"""
MEANS = """
    def population_statistics(batches):
        total_mean = 0
        total_var = 0
        for b in batches:
            total_mean = total_mean + b.mean(axis=0)
            total_var = total_var + b.var(axis=0, ddof=1)
        total_mean = total_mean / len(batches)
        total_var = total_var / len(batches)
        return total_mean, total_var
"""


def _moved(text, line, by, before=None):
    """Indent a line by so many steps, and put it before another."""
    rows = textwrap.dedent(text).strip().splitlines()
    row = rows.pop(line - 1)
    row = "    " * by + row if by > 0 else row[-4 * by :]
    rows.insert((before or line) - 1, row)
    return "\n".join(rows)


IN_ANOTHER_PLACE = {
    "a division at each turn": (
        "batch_norm",
        _moved(ROWS, 12, 1),
        "12, `var /= batch` after the loop of line 10 and not inside it",
    ),
    "a division of what is not yet whole": (
        "population_statistics",
        _moved(MEANS, 7, 1),
        "7, `total_mean = total_mean / len(batches)` after the loop of line 4 and not inside it",
    ),
    "a start at each turn": (
        "batch_norm",
        _moved(ROWS, 9, 1, before=10),
        "10, `var = 0.0` before the loop of line 9 and not inside it",
    ),
    "a start before all turns": (
        "batch_norm",
        _moved(ROWS, 5, -1, before=4),
        "4, `mean = 0.0` at the beginning of each turn of the loop of line 5 and not before it",
    ),
    "a loop that is done once": (
        "batch_norm",
        "\n".join([*textwrap.dedent(ROWS).strip().splitlines()[:12], *(
            row[4:] for row in textwrap.dedent(ROWS).strip().splitlines()[12:14]
        ), "    return y"]),
        "13, the loop that begins there inside the loop of line 4 and not after it",
    ),
    "what is moved while training alone": (
        "batch_norm_layer",
        _moved(RUNNING, 5, -1),
        "5, `running_var = momentum * running_var + (1 - momentum) * var` inside the `if` of line 3 and not after it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), IN_ANOTHER_PLACE.values(), ids=IN_ANOTHER_PLACE)
def test_a_line_that_is_indented_too_much_or_too_little_is_told(name, text, words):
    sentence, verdict = said(name, text)
    assert PROVED + words in sentence, verdict.text()
    number = int(re.match(r"\d+", words)[0])
    assert f"line {number}: {textwrap.dedent(text).strip().splitlines()[number - 1].strip()}" in verdict.where


TOO_EARLY = {
    "an attribute": (
        "combine_moments",
        """
        def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
            class Shard:
                def __init__(self, n, mean, var):
                    self.n, self.mean, self.m2 = n, mean, var * n

                def add(self, m, mean, var):
                    delta = mean - self.mean
                    self.n += m
                    self.m2 = self.m2 + m * var + delta ** 2 * self.n * m / (self.n + m)
                    self.mean = self.mean + delta * m / self.n
            shard = Shard(n_a, mean_a, var_a)
            shard.add(n_b, mean_b, var_b)
            return shard.mean, shard.m2 / shard.n
        """,
        "8, `self.n += m` after line 9 and not before it",
    ),
    "a name": (
        "combine_moments",
        """
        def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
            n = n_a + n_b
            mean_a = (n_a * mean_a + n_b * mean_b) / n
            delta = mean_b - mean_a
            var = (n_a * var_a + n_b * var_b) / n + n_a * n_b * delta ** 2 / n ** 2
            return mean_a, var
        """,
        "3, `mean_a = (n_a * mean_a + n_b * mean_b) / n` after line 4 and not before it",
    ),
}


@pytest.mark.parametrize(("name", "text", "words"), TOO_EARLY.values(), ids=TOO_EARLY)
def test_a_line_that_changes_what_the_next_one_needs_is_told(name, text, words):
    sentence, verdict = said(name, text)
    assert PROVED + words in sentence, verdict.text()


STALE = {
    "another loop's row": (
        "input_gradient_staged",
        """
        def input_gradient_staged(dout, x, gamma, eps=1e-3):
            n, d = x.shape
            mean, var = x.mean(axis=0), x.var(axis=0)
            std = np.sqrt(var + eps)
            d_x_hat = dout * gamma
            d_var = np.zeros(d)
            for g, xi in zip(d_x_hat, x):
                d_var += g * (xi - mean) * -0.5 * (var + eps) ** -1.5
            d_mean = np.zeros(d)
            for h in d_x_hat:
                d_mean -= g / std
            dx = np.empty_like(x)
            for i in range(n):
                dx[i] = d_x_hat[i] / std + d_var * 2 * (x[i] - mean) / n + d_mean / n
            return d_x_hat, d_var, d_mean, dx
        """,
        "11, `h` in place of `g`; what `g` holds there is what the loop of line 7 left in it",
    ),
    "what another loop made": (
        "input_gradient_staged",
        """
        def input_gradient_staged(dout, x, gamma, eps=1e-3):
            n, d = x.shape
            xc = x - x.mean(axis=0)
            std = np.sqrt((xc ** 2).mean(axis=0) + eps)
            d_x_hat = dout * gamma
            d_var = np.zeros(d)
            for i in range(n):
                centred = xc[i]
                d_var += d_x_hat[i] * centred * -0.5 * std ** -3
            d_mean = -d_x_hat.sum(axis=0) / std
            dx = np.zeros_like(x)
            for k in range(n):
                dx[k] = d_x_hat[k] / std + d_var * 2 * centred / n + d_mean / n
            return d_x_hat, d_var, d_mean, dx
        """,
        "13, `xc[k]` in place of `centred`; what `centred` holds there is what the loop of line 7 left in it",
    ),
    "two names in one line": (
        "input_gradient",
        """
        def input_gradient(dout, x, gamma, eps=1e-3):
            n, d = x.shape
            dx = np.zeros_like(x)
            for j in range(d):
                m = x[:, j].mean()
                s = np.sqrt(((x[:, j] - m) ** 2).mean() + eps)
                total, total_x = 0.0, 0.0
                for i in range(n):
                    h = (x[i, j] - m) / s
                    g = dout[i, j] * gamma[j]
                    total += g
                    total_x += g * h
                for i in range(n):
                    dx[i, j] = (n * g - total - h * total_x) / (n * s)
            return dx
        """,
        "14, `(x[i, j] - m) / s` in place of `h` and `dout[i, j] * gamma[j]` in place of `g`; "
        "what they hold there is what the loop of line 8 left in them",
    ),
    "twice in a line": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            mean = 0
            for row in x:
                mean = mean + row / len(x)
            var = 0
            for each in x:
                var = var + (row - mean) * (row - mean) / len(x)
            return gamma * (x - mean) / np.sqrt(var + eps) + beta
        """,
        "7, `each` in place of each `row`; what `row` holds there is what the loop of line 3 left in it",
    ),
}


@pytest.mark.parametrize(("name", "text", "words"), STALE.values(), ids=STALE)
def test_a_name_that_an_earlier_loop_left_is_told(name, text, words):
    sentence, verdict = said(name, text)
    assert PROVED + words in sentence, verdict.text()


PERCENTILES = """
    def input_percentiles(inputs, percentages=(15, 50, 85)):
        table = []
        for row in inputs:
            SORTED
            n = len(row)
            out = []
            for p in percentages:
                place = p / 100 * (n - 1)
                low = int(np.floor(place))
                high = min(low + 1, n - 1)
                below = row[low]
                above = row[high]
                out.append(below + (place - low) * (above - below))
            table.append(out)
        return np.array(table)
"""
UNSORTED = {
    "a copy is sorted": (
        "ordered = sorted(row)",
        "4, `row = sorted(row)` in place of `ordered = sorted(row)`; `ordered` is used nowhere",
    ),
    "nothing gets it": (
        "np.sort(row)",
        "4, `row = np.sort(row)` in place of `np.sort(row)`; what it gives is used nowhere",
    ),
    "not at all": ("pass", "3, `row = np.sort(row)` at the beginning of each turn of the loop"),
}


@pytest.mark.parametrize(("line", "words"), UNSORTED.values(), ids=UNSORTED)
def test_a_sort_that_is_left_out_or_of_no_use_is_told(line, words):
    sentence, verdict = said("input_percentiles", PERCENTILES.replace("SORTED", line))
    assert PROVED + words in sentence, verdict.text()


CLASSES = {
    "a method": (
        """
        class Moments:
            def __init__(self, values):
                self.values = values

            def mean(self):
                return sum(self.values) / len(self.values)

            def variance(self):
                return sum((v - self.mean()) ** 2 for v in self.values) / (len(self.values) + 1)


        def batch_norm(x, gamma, beta, eps=1e-3):
            out = np.zeros_like(x)
            for j in range(x.shape[1]):
                of = Moments(x[:, j])
                out[:, j] = gamma[j] * (x[:, j] - of.mean()) / np.sqrt(of.variance() + eps) + beta[j]
            return out
        """,
        "9 of `Moments`, `len(self.values)` alone in place of `len(self.values) + 1`",
    ),
    "a helper that a function inside calls": (
        """
        def spread(column, eps):
            return np.sqrt(((column - column.mean()) ** 2).mean()) + eps


        def batch_norm(x, gamma, beta, eps=1e-3):
            def one(column, g, b):
                return g * (column - column.mean()) / spread(column, eps) + b
            return np.stack([one(*each) for each in zip(x.T, gamma, beta)], axis=1)
        """,
        "2 of `spread`, `np.sqrt(((column - column.mean()) ** 2).mean() + eps)` in place of",
    ),
    "a method of a property": (
        """
        class Sums:
            def __init__(self, size):
                self.count, self.total, self.squares = 0, np.zeros(size), np.zeros(size)

            def add(self, row):
                self.count += 1
                self.total = self.total + row

            @property
            def mean(self):
                return self.total / (self.count + 1)


        def batch_norm(x, gamma, beta, eps=1e-3):
            sums = Sums(x.shape[1])
            for row in x:
                sums.add(row)
            centred = x - sums.mean
            return gamma * centred / np.sqrt((centred ** 2).mean(axis=0) + eps) + beta
        """,
        "11 of `Sums`, `self.count` alone in place of `self.count + 1`",
    ),
}


@pytest.mark.parametrize(("text", "words"), CLASSES.values(), ids=CLASSES)
def test_the_lines_of_a_class_beside_the_answer_are_changed_too(text, words):
    sentence, verdict = said("batch_norm", text)
    assert PROVED + words in sentence, verdict.text()


def test_a_class_that_leaves_a_trace_is_not_run_again():
    text = CLASSES["a method"][0].replace(
        "self.values = values", "self.values = values\n                print(eval('1'))"
    )
    assert "One change" not in said("batch_norm", text)[0]


@pytest.mark.parametrize("exercise", sampled.one_in(8, PLAIN), ids=lambda each: each.name)
def test_each_statement_that_is_moved_gives_a_text_that_can_be_read(exercise):
    for right in (exercise.reference, *exercise.right_answers):
        try:
            text = textwrap.dedent(inspect.getsource(right))
        except (OSError, TypeError):
            continue
        changes = Changes(text)
        moves = [change for change in changes if change.early]
        for change in moves:
            rows = text.splitlines()
            assert 1 < change.line <= len(rows), change.says
            assert compile(changes.text(change), "<text>", "exec"), change.says
        assert compile(changes.source(moves), "<text>", "exec")


def test_no_loop_is_endless_for_a_line_that_is_moved_into_it():
    text = """
    def steps_to_reach(share, momentum):
        steps = 0
        left = 1.0
        while left > 1 - share:
            left *= momentum
            steps += 2
        return steps
    """
    function_of = {}
    exec(textwrap.dedent(text), function_of)
    source = textwrap.dedent(text).strip()
    changes = Changes(source)
    loops = re.findall(r"while (.*)", changes.source([change for change in changes if change.early]))
    assert len(loops) > 2 and all(head.startswith("it_may_go_on() and ") for head in loops)


def test_what_no_move_mends_is_not_told_as_moved():
    text = ROWS.replace("- mean) ** 2", "- mean) ** 3")
    assert "inside it" not in said("batch_norm", text)[0] and "before it" not in said("batch_norm", text)[0]


def test_a_right_answer_whose_lines_could_stand_elsewhere_is_right():
    function = {"np": np}
    exec(textwrap.dedent(ROWS), function)
    assert judge(exercises.find("batch_norm"), DirectAnswer(function["batch_norm"])).outcome == "correct"


FORMATS = """
    def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        first = data_format == "channels_first"
        if first:
            x = np.transpose(x, (0, 2, 3, 1))
        n, h, w, c = x.shape
        flat = x.reshape(-1, c)
        y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta
        y = y.reshape(n, h, w, c)
        BACK
        return y
"""
BACK = {
    "in each case": (
        "y = np.transpose(y, (0, 3, 1, 2))",
        "9, `y = np.transpose(y, (0, 3, 1, 2))` under `if first:`, and not always.",
    ),
    "in the wrong case": (
        "y = y if first else np.transpose(y, (0, 3, 1, 2))",
        "9, the two arms of `y if first else np.transpose(y, (0, 3, 1, 2))` exchanged.",
    ),
    "in the wrong order": (
        "y = np.transpose(y, (0, 2, 3, 1)) if first else y",
        "9, `(0, 3, 1, 2)` in place of `(0, 2, 3, 1)`.",
    ),
}


@pytest.mark.parametrize(("back", "words"), BACK.values(), ids=BACK)
def test_axes_that_are_moved_back_always_or_in_the_wrong_order_are_told(back, words):
    sentence, verdict = said("batch_norm_conv", FORMATS.replace("BACK", back))
    assert PROVED + words in sentence, verdict.text()


def test_a_wrong_name_in_an_assignment_of_two_is_told():
    text = """
    def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        mu, sigma2 = np.mean(x, axis=0), np.var(x, axis=0)
        if training:
            new_mean = momentum * running_mean + (1 - momentum) * mu
            new_var = momentum * running_var + (1 - momentum) * sigma2
            center, spread = mu, sigma2
        else:
            new_mean, new_var = running_mean, running_var
            center, spread = new_mean, sigma2
        x_hat = (x - center) / np.sqrt(spread + eps)
        return gamma * x_hat + beta, new_mean, new_var
    """
    sentence, verdict = said("batch_norm_layer", text)
    assert PROVED + "9, `running_var` in place of `sigma2`." in sentence, verdict.text()


TIES = {
    "a question": (
        """
            if t >= s:
                wins += 1
        """,
        "wins",
        "5, `t > s` in place of `t >= s`, and `wins += 0.5` where `t == s`.",
    ),
    "a question that leaves them out": (
        """
            if t > s:
                wins += 1
        """,
        "wins",
        "5, `wins += 0.5` where `t == s`.",
    ),
    "a value": ("wins += 1.0 if t >= s else 0.0", "wins", "5, `t > s` in place of `t >= s`, and `0.5` where `t == s`."),
    "what a comparison gives": ("wins += t >= s", "wins", "5, `(t > s) + 0.5 * (t == s)` in place of `t >= s`."),
    "a count of its own": (
        """
            if t > s:
                wins += 1
            elif t == s:
                ties += 1
        """,
        "wins",
        "9, `ties / 2` added to `wins`; `ties` is used nowhere.",
    ),
    "a count that is added": (
        """
            if t > s:
                wins += 1
            elif t == s:
                ties += 1
        """,
        "(wins + ties)",
        "9, `ties / 2` in place of `ties` in `wins + ties`.",
    ),
}


@pytest.mark.parametrize(("inside", "total", "words"), TIES.values(), ids=TIES)
def test_ties_in_a_loop_over_all_pairs_are_told_with_their_line(inside, total, words):
    head = ["def domain_auc(source_scores, target_scores):", "    wins, ties = 0, 0", "    for t in target_scores:"]
    head += ["        for s in source_scores:", textwrap.indent(textwrap.dedent(inside).strip(), " " * 12)]
    text = "\n".join([*head, f"    return {total} / (len(source_scores) * len(target_scores))"])
    sentence, verdict = said("domain_auc", text)
    assert PROVED + words in sentence, verdict.text()
    assert f"line {words[0]}: " in verdict.where


def test_a_card_tells_at_most_three_kinds_of_calls():
    text = """
    def gradient_check(forward, backward, x, gamma, beta):
        for number, step, scale in ((0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 0, 2), (1, 1, 2)):
            dx, dgamma, dbeta = backward(np.full(x.shape, number), x + step, gamma * scale, beta)
        return bool(abs(dx).max() < 1 and abs(dbeta).max() < 7)
    """
    sentence, verdict = said("gradient_check", text)
    calls = re.search(r"What the check saw of calls: (.*?)\.(?: |$)", sentence)[1]
    assert calls.count("a dout") == 3 and calls.endswith("; and 2 more before"), verdict.text()
    assert "of another x than the one passed" in calls
