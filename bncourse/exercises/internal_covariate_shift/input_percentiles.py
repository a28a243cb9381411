"""Exercise input_percentiles. Where the input of a hidden unit lies, at each step of training."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import written
from bncourse.exercises.batches import by_hand, strided


def _record(rng, steps, examples):
    """Draw the inputs of one unit: at each step another mean and another width, on both sides of 0."""
    mean = 2.0 * rng.standard_normal((steps, 1)) + 0.5
    width = rng.uniform(0.5, 2.5, (steps, 1))
    return mean + width * (rng.standard_normal((steps, examples)) + 0.3 * rng.standard_exponential((steps, examples)))


def _input_percentiles_cases(rng):
    yield Case("4 steps, 9 examples", (_record(rng, 4, 9),))
    yield Case("3 steps, 8 examples: as many steps as percentiles", (_record(rng, 3, 8),))
    yield Case("6 steps, 6 examples", (_record(rng, 6, 6),))
    yield Case("other percentages", (_record(rng, 5, 8),), {"percentages": (10, 30, 50, 95)})
    yield Case("the two ends too, in another order", (_record(rng, 3, 7),), {"percentages": (100, 20, 0, 60, 90)})
    yield Case("1 step", (_record(rng, 1, 7),))
    yield Case("1 example: all percentiles are equal", (_record(rng, 4, 1),))
    yield Case("an array stored column by column", (np.asfortranarray(_record(rng, 5, 4)),))
    yield Case("an array with gaps in memory", (strided(_record(rng, 4, 6)),))


input_percentiles = Exercise(
    notebook="03-internal-covariate-shift",
    reference=reference.input_percentiles,
    asks="give the percentiles of the unit's input over the examples, one row for each step and one column for each "
    "percentage (from 0 to 100), interpolated linearly as NumPy does",
    cases=_input_percentiles_cases,
    points=1,
    section="Record the input of a hidden unit",
    returns=("the table of percentiles",),
    example=by_hand([[0, 1, 2], [10, 30, 20]], (25, 50)),
    hints=(
        "inputs has the shape (steps, examples). At each step the examples form one distribution: which axis is gone "
        "after you take a percentile of it?",
        "NumPy's percentile takes percentages from 0 to 100 and an axis. What shape comes back when you ask for "
        "three of them at once?",
        "Take the percentiles over the examples (axis 1). NumPy puts the percentages first; the task wants the steps "
        "first, so exchange the two axes.",
    ),
)


@input_percentiles.property("each row should rise with the percentage")
def _rows_rise(case, got):
    asked = case.options.get("percentages", (15, 50, 85))
    if got.ndim != 2 or got.shape[1] != len(asked):
        return None  # told elsewhere
    order = np.argsort(asked)
    got = got[:, order]
    if np.all(np.diff(got, axis=1) >= -1e-6):
        return None
    row = got[np.any(np.diff(got, axis=1) < -1e-6, axis=1)][0]
    if np.all(np.diff(order) > 0):
        return "no number below the one before it", written(row)
    rising = ", ".join(f"{asked[i]:g}" for i in order)
    return f"for {rising} in this order, no number below the one before it", f"for these: {written(row)}"


@input_percentiles.wrong("D2", looks_like=r"axis\s*=\s*0|\.T")
def percentiles_over_the_steps(inputs, percentages=(15, 50, 85)):
    """You take the percentiles over the steps (axis 0), which gives one row for each example. Take them over the
    examples (axis 1), one row for each step."""
    return np.percentile(inputs, percentages, axis=0).T


@input_percentiles.wrong("D2", looks_like=r"axis\s*=\s*0")
def percentiles_over_the_steps_not_turned(inputs, percentages=(15, 50, 85)):
    """You take the percentiles over the steps (axis 0). Take them over the examples (axis 1), and turn the result, so
    that each step has a row."""
    return np.percentile(inputs, percentages, axis=0)


@input_percentiles.wrong("D2", looks_like=r"percentile|quantile")
def the_result_is_not_turned(inputs, percentages=(15, 50, 85)):
    """The axes are in the other order: NumPy puts the percentages first. Turn the result, so that each step has a
    row."""
    return np.percentile(inputs, percentages, axis=1)


@input_percentiles.wrong("D2", looks_like=r"reshape")
def the_result_reshaped_and_not_turned(inputs, percentages=(15, 50, 85)):
    """You reshape the result, which mixes steps and percentages up. To exchange two axes, transpose."""
    return np.percentile(inputs, percentages, axis=1).reshape(len(inputs), len(percentages))


@input_percentiles.wrong("D2", looks_like=r"/\s*100|0?\.15|0?\.01")
def fractions_used_as_percentages(inputs, percentages=(15, 50, 85)):
    """You give NumPy's percentile fractions such as 0.15, which it reads as 0.15 percent. It wants percentages from 0
    to 100; `quantile` is the one that takes fractions."""
    return np.percentile(inputs, np.array(percentages) / 100, axis=1).T


@input_percentiles.wrong("D2", looks_like=r"15|85")
def percentages_written_into_the_code(inputs, percentages=(15, 50, 85)):
    """You use 15, 50 and 85 whatever was passed. Use the `percentages` of the call."""
    return np.percentile(inputs, (15, 50, 85), axis=1).T


@input_percentiles.wrong("D2", looks_like=r"std")
def the_mean_and_the_deviation(inputs, percentages=(15, 50, 85)):
    """You give the mean, and one standard deviation below and above it. Of a normal distribution these are the
    percentiles 16, 50 and 84, of others they need not be: take the percentiles themselves."""
    mean, deviation = inputs.mean(axis=1), inputs.std(axis=1)
    return np.stack([mean - deviation, mean, mean + deviation], axis=1)


@input_percentiles.wrong("D2", looks_like=r"min|max")
def the_smallest_and_the_largest(inputs, percentages=(15, 50, 85)):
    """You give the smallest input, the median and the largest. The band runs from one percentage to another, such as 15
    to 85."""
    return np.stack([inputs.min(axis=1), np.median(inputs, axis=1), inputs.max(axis=1)], axis=1)


@input_percentiles.wrong("D2", looks_like=r"\[\s*0\s*\]")
def the_first_step_only(inputs, percentages=(15, 50, 85)):
    """Every row is that of the first step. Take the percentiles of each step anew."""
    return np.tile(np.percentile(inputs[0], percentages), (len(inputs), 1))


@input_percentiles.wrong("D2", looks_like=r"\[\s*-1\s*\]")
def the_last_step_only(inputs, percentages=(15, 50, 85)):
    """Every row is that of the last step. Take the percentiles of each step anew."""
    return np.tile(np.percentile(inputs[-1], percentages), (len(inputs), 1))


@input_percentiles.wrong("D2", looks_like=r"percentile\(\s*inputs\s*,\s*\w+\s*\)|ravel|flatten")
def percentiles_of_the_whole_record(inputs, percentages=(15, 50, 85)):
    """You take the percentiles over all steps together, so nothing can move any more. Each step has its own."""
    return np.percentile(inputs, percentages)


@input_percentiles.wrong("D2", looks_like=r"percentile\(\s*inputs\s*,\s*\w+\s*\)|ravel|flatten|tile")
def the_same_percentiles_at_every_step(inputs, percentages=(15, 50, 85)):
    """Every step gets the percentiles of the whole record. Each step has its own: take them over the examples (axis
    1)."""
    return np.tile(np.percentile(inputs, percentages), (len(inputs), 1))


@input_percentiles.wrong("D2", looks_like=r"\[\s*:")
def percentiles_of_all_steps_so_far(inputs, percentages=(15, 50, 85)):
    """You take the percentiles of all steps up to each one. Each step is on its own: only its own row counts."""
    return np.array([np.percentile(inputs[: step + 1], percentages) for step in range(len(inputs))])


@input_percentiles.wrong("D2", looks_like=r"lower|int\(|//|floor")
def no_interpolation_but_the_example_below(inputs, percentages=(15, 50, 85)):
    """You take the example at or below the place of the percentile. Between two examples, interpolate linearly, as
    NumPy's percentile does."""
    return np.percentile(inputs, percentages, axis=1, method="lower").T


@input_percentiles.wrong("D2", looks_like=r"nearest|round")
def no_interpolation_but_the_nearest_example(inputs, percentages=(15, 50, 85)):
    """You take the example nearest to the place of the percentile. Between two examples, interpolate linearly, as
    NumPy's percentile does."""
    return np.percentile(inputs, percentages, axis=1, method="nearest").T


@input_percentiles.wrong("D2", looks_like=r"int\(|//|floor|len|shape")
def a_sorted_example_at_a_share_of_the_number(inputs, percentages=(15, 50, 85)):
    """You sort, and take the example at a share of the number of examples. The places run from 0 to the number minus 1,
    and between two of them you interpolate linearly."""
    ordered, n = np.sort(inputs, axis=1), inputs.shape[1]
    return np.stack([ordered[:, min(int(p / 100 * n), n - 1)] for p in percentages], axis=1)


@input_percentiles.wrong("D2", looks_like=r"int\(|//|floor|len|shape|inputs\[")
def examples_that_are_not_sorted(inputs, percentages=(15, 50, 85)):
    """You take examples by their place in the record without sorting them. A percentile is found among the sorted
    inputs of a step."""
    n = inputs.shape[1]
    return np.stack([inputs[:, round(p / 100 * (n - 1))] for p in percentages], axis=1)


@input_percentiles.wrong("D2", looks_like=r"abs")
def percentiles_of_the_sizes(inputs, percentages=(15, 50, 85)):
    """You take absolute values first. The sign matters: the percentiles are those of the inputs themselves."""
    return np.percentile(np.abs(inputs), percentages, axis=1).T


@input_percentiles.wrong("D2", looks_like=r"exp|sigmoid|expit")
def percentiles_after_the_activation(inputs, percentages=(15, 50, 85)):
    """You take the percentiles after the sigmoid. They are asked of the unit's input, before its activation."""
    return np.percentile(1 / (1 + np.exp(-inputs)), percentages, axis=1).T


@input_percentiles.wrong("D2", looks_like=r"mean")
def percentiles_of_centred_inputs(inputs, percentages=(15, 50, 85)):
    """You subtract the mean of each step first, so the movement that you want to see is gone. Take the inputs as they
    are."""
    return np.percentile(inputs - inputs.mean(axis=1, keepdims=True), percentages, axis=1).T


@input_percentiles.wrong("D2", looks_like=r"\[::-1\]|85\s*,\s*50")
def percentages_in_the_other_order(inputs, percentages=(15, 50, 85)):
    """The columns come in the other order, that of the last percentage first. Keep the order of `percentages`."""
    return np.percentile(inputs, percentages[::-1], axis=1).T


@input_percentiles.wrong("D2", looks_like=r"sort")
def percentages_that_were_sorted(inputs, percentages=(15, 50, 85)):
    """The columns are in rising order, and not in the order of `percentages`. Take them as they come."""
    return np.percentile(inputs, sorted(percentages), axis=1).T


@input_percentiles.wrong("F7", looks_like=r"\.sort\(|overwrite_input")
def inputs_put_in_another_order_in_place(inputs, percentages=(15, 50, 85)):
    """The record is put in another order in place, as `inputs.sort()` and `overwrite_input=True` do, so the caller's
    examples are mixed up. Leave `inputs` as it is: np.sort makes a new array."""
    inputs.sort(axis=1)
    return np.percentile(inputs, percentages, axis=1).T


@input_percentiles.right
def percentiles_step_by_step(inputs, percentages=(15, 50, 85)):
    return np.array([np.percentile(step, percentages) for step in inputs])


@input_percentiles.right
def percentiles_by_columns(inputs, percentages=(15, 50, 85)):
    return np.column_stack([np.percentile(inputs, p, axis=1) for p in percentages])


@input_percentiles.right
def percentiles_from_quantiles(inputs, percentages=(15, 50, 85)):
    return np.moveaxis(np.quantile(inputs, np.asarray(percentages) / 100, axis=-1), 0, -1)


@input_percentiles.right
def percentiles_interpolated_by_hand(inputs, percentages=(15, 50, 85)):
    ordered = np.sort(inputs, axis=1)
    last = inputs.shape[1] - 1
    columns = []
    for p in percentages:
        place = p / 100 * last
        low = int(place)
        high = min(low + 1, last)
        columns.append(ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low]))
    return np.stack(columns, axis=1)


@input_percentiles.right
def percentiles_by_interp(inputs, percentages=(15, 50, 85)):
    places = np.linspace(0, 100, inputs.shape[1])
    return np.array([np.interp(percentages, places, sorted(step)) for step in inputs])


@input_percentiles.right
def percentiles_of_the_transposed_record(inputs, percentages=(15, 50, 85)):
    return np.swapaxes(np.percentile(inputs.T, percentages, axis=0), 0, 1)


@input_percentiles.right
def percentiles_in_float32(inputs, percentages=(15, 50, 85)):
    return np.percentile(inputs.astype(np.float32), percentages, axis=1).T.astype(np.float32)
