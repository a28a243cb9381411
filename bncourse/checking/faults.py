"""What an exception in an answer usually means, in a sentence."""

import re

_MEANINGS = [
    (
        r"^NotImplementedError.*\n\s*raise NotImplementedError",
        "The answer still comes to this line, which stands for an answer that is not written yet. Delete it.",
    ),
    (
        r"^NotImplementedError",
        "This line calls a function that is not written yet. Write that one first, or put what it does here.",
    ),
    (
        r"^NameError: name '(?P<what>sqrt|mean|sum|var|std|zeros|ones|exp|log|abs|square|math)'",
        "`{what}` is not known by that name here; NumPy's functions are called with np. in front, such as np.sqrt.",
    ),
    (r"bitwise_xor", "In Python a power is written `**`, so a square is `**2`; `^` is something else."),
    (
        r"^NameError: name '(?P<what>np|numpy)'",
        "NumPy is not known under the name `{what}`; run the first cell of the notebook again.",
    ),
    (
        r"^(NameError|UnboundLocalError): .*'(?P<what>\w+)'",
        "`{what}` has no value when it is used. Is it spelled as in the lines above?",
    ),
    (
        r"could not be broadcast|not aligned|mismatch in its core dimension",
        "Two arrays of shapes that do not fit meet here. Print their shapes; look at the axis of each mean or sum.",
    ),
    (
        r"^TypeError: .*(positional argument|unexpected keyword|required).*\n.*\S",
        "The function that is called in this line wants other arguments; compare with its first line.",
    ),
    (
        r"^TypeError: .*(positional argument|unexpected keyword|required)",
        "The check calls with the parameters that the task names; the first line of the answer must have them all, "
        "in that order: {signature}.",
    ),
    (r"^TypeError: .*NoneType", "Something here is None. A function without `return` gives None."),
    (r"^TypeError: 'numpy\.ndarray' object is not callable", "An array stands where a function is called."),
    (
        r"^(AxisError|numpy.*AxisError)|axis \d+ is out of bounds",
        "An axis is named that this array does not have.",
    ),
    (
        r"has no attribute '(?P<what>\w+)'",
        "There is nothing with the name `{what}` here. Is it spelled right?",
    ),
    (r"^IndexError", "An index points outside the array. Which axis is the batch, and how long is it?"),
    (
        r"(Quantiles|Percentiles) must be in the range",
        "NumPy's quantile takes fractions from 0 to 1, its percentile percentages from 0 to 100.",
    ),
    (r"^ZeroDivisionError", "Something is divided by zero; the batch may hold one example only."),
    (r"^RecursionError", "The function calls itself without end."),
    (r"^MemoryError", "The answer asks for more memory than there is."),
    (r"read-only", "The function writes into an array that it may only read; make a new array instead."),
    (r"^SystemExit|^exit", "The answer ends Python itself; take `exit` or `quit` away."),
    (r"^(ImportError|ModuleNotFoundError)", "A package that is imported here is not installed."),
    (r"^AssertionError", "An `assert` in the answer does not hold for this case."),
]


def explain(fault, exercise):
    """Say what a fault usually means.

    Parameters
    ----------
    fault : Fault
    exercise : Exercise
    """
    text = f"{fault.kind}: {fault.message.splitlines()[0] if fault.message else ''}\n{fault.text}"
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, text)
        if found:
            signature = f"{exercise.name}({', '.join(exercise.parameters)})"
            return meaning.format(signature=signature, **found.groupdict())
    return "Python stopped at this line; the message above says why."
