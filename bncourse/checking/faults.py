"""What an exception in an answer usually means, in a sentence."""

import inspect
import re
from importlib import import_module

# what arrays do not have behind their dot, and NumPy has as functions
_FREE = "average|median|percentile|quantile|abs|sqrt|exp|log|square|maximum|minimum|count_nonzero|concatenate"
_SHORT = "mean|var|std|zeros|ones|exp|log|sqrt|square|dot|maximum|arange|clip"
# What NumPy 2 no longer has, and how it is written now.
_GONE = {
    "product": "np.prod",
    "cumproduct": "np.cumprod",
    "alltrue": "np.all",
    "sometrue": "np.any",
    "float": "float",
    "int": "int",
    "bool": "bool",
    "float_": "np.float64",
    "Inf": "np.inf",
    "NaN": "np.nan",
    "in1d": "np.isin",
    "trapz": "np.trapezoid",
}
# How NumPy says that two arrays do not fit, and what it says of a matrix product, which no reader need know.
_MISFIT = "could not be broadcast|not aligned|mismatch in its core dimension"
# Keras puts words round what a layer's call raises, and colours it.
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_AROUND = re.compile(r"^Exception encountered when calling [^\n]*\n+(.*?)(?:\n+Arguments received by .*)?$", re.DOTALL)
_CORE = re.compile(r"^(\w+): Input operand \d has a mismatch .* \(size (\d+) is different from (\d+)\)")
# What is looked for in a message as a whole, of which others have the first line alone.
_OF_ALL_LINES = [
    (
        r"deserializing class .*Unrecognized keyword arguments passed to \w+: \{'(?P<what>\w+)'",
        "`get_config` gives `{what}`, and `from_config` passes it on to `__init__`, which has no option of that name. "
        "Name each setting in the dictionary as `__init__` names it.",
    ),
    (
        r"target variable and the shape of the target value .*variable\.shape=(?P<right>\([\d, ]*\)), "
        r"Received: value\.shape=(?P<got>\([\d, ]*\))\. Target variable: <Variable path=(\w+/)*(?P<what>\w+),",
        "An array of the shape {got} is assigned to `{what}`, which has the shape {right}. Is it made of a mean or a "
        "variance over another axis than 0, the batch, or of one with keepdims?",
    ),
]

_MEANINGS = [
    (
        r"^NotImplementedError.*\n\s*raise NotImplementedError",
        "The answer still comes to this line, which stands where an answer is not written yet. Delete it.",
    ),
    (
        r"^NotImplementedError.*\n.*\S",
        "This line calls a function that is not written yet. Write that one first, or put what it does here.",
    ),
    (
        r"^NotImplementedError",
        "A function is called that is not written yet. Write that one first, or put what it does here.",
    ),
    (
        rf"^NameError: name '(?P<what>{_SHORT})'.*\n.*\b(?P=what)\s*[(.]",
        "`{what}` is not known by that name here; NumPy's functions are called with np. in front, such as np.sqrt.",
    ),
    (
        r"^TypeError: '(types\.)?SimpleNamespace' object is not callable.*\n.*\b(?P<what>\w+)\(",
        "What is called here is no function. It holds two, `forward` and `backward`: call one, as `bn.forward(...)`.",
    ),
    (
        r"^NameError: name 'math'",
        "`math` is not imported here, and works on one number. The functions of `np`, and of `keras.ops` in a layer, "
        "work on whole arrays.",
    ),
    (
        r"^NameError: name '(?P<what>random|statistics|scipy|sklearn|pandas|pd|torch|tensorflow|tf)'",
        "`{what}` is not imported here. The task can be done without it, with what the first cell of the notebook "
        "imports.",
    ),
    (r"bitwise_xor", "In Python a power is written `**`, so a square is `**2`; `^` is something else."),
    (
        r"^NameError: name '(?P<what>np|numpy)'",
        "NumPy is not known under the name `{what}`; run the first cell of the notebook again.",
    ),
    (
        r"^UnboundLocalError: .*'(?P<what>\w+)'",
        "The line that gives `{what}` a value did not run before this one. Is it below, or in an `if` or a loop that "
        "is not entered here?",
    ),
    (
        r"^NameError: .*'(?P<what>\w+)'",
        "`{what}` has no value when it is used. Is it spelled as in the lines above?",
    ),
    (
        rf"({_MISFIT}).*\n.*(@|\b(dot|matmul)\()",
        "Two arrays of shapes that do not fit meet in this line. `@` and `dot` are the matrix product: it multiplies, "
        "and then sums over the last axis of what stands on its left. To multiply number by number, write `*`.",
    ),
    (
        _MISFIT,
        "Two arrays of shapes that do not fit meet here. NumPy lines shapes up at their ends, and two sizes must be "
        "equal, or one of them 1. Print the shapes. Is a mean or a sum over the wrong axis, or does the smaller array "
        "need one more axis, as in `a[:, None]`?",
    ),
    (
        r"cannot reshape array of size",
        "A reshape keeps every number: the sizes of the new shape, multiplied, must give as many as there are. Print "
        "the shape of what goes in: do its axes stand in the order in which you read them?",
    ),
    (
        r"got incompatible shapes for broadcasting",
        "Two tensors meet whose shapes do not fit. Shapes are lined up at their ends, and two sizes must be equal, or "
        "one of them 1. Is a mean over the wrong axis?",
    ),
    (
        r"unexpected keyword argument '(?P<what>\w+)'.*\n.*\b(?P=what)\s*=",
        "What is called in this line has no option `{what}`. Is it spelled right? NumPy's are called axis, keepdims "
        "and ddof.",
    ),
    (
        r"^TypeError: .*(positional argument|unexpected keyword|required).*\n.*\S",
        "The function that is called in this line wants other arguments; compare with its first line.",
    ),
    (
        r"^TypeError: .*missing \d+ required .*argument.*: .*'(?P<what>{defaults})'",
        "Not every call passes `{what}`. Give it its usual value in the first line of the answer, as the task does: "
        "{signature}.",
    ),
    (
        r"^TypeError: .*(positional argument|unexpected keyword|required)",
        "The check calls with the parameters that the task names; the first line of the answer must have them all, "
        "in that order: {signature}.",
    ),
    (
        r"^TypeError: 'NoneType' object is not callable.*\n.*\.fit\(",
        "`fit` finds nothing to call. A model is compiled before it is fitted, and again after `trainable` was "
        "changed: is it, here?",
    ),
    (
        r"optimizer was (originally )?built with|variables it was originally built with",
        "The optimizer meets other variables than those that it was made for. Was the model, or what is trainable in "
        "it, changed after it was compiled? Compile it again after each change, and then fit.",
    ),
    (
        r"`target` and `output` must have the same (shape|rank)",
        "The labels and the outputs have other shapes. Labels that are whole numbers take the loss "
        "sparse_categorical_crossentropy; categorical_crossentropy takes a row for each.",
    ),
    (
        r"incompatible with the layer: expected axis",
        "A layer that was called knows the size of its input. Make a layer of its own for each place.",
    ),
    (
        r"^TypeError: \w+ gives None; it must return",
        "A function without `return` gives None, and so does a call that only changes something, such as "
        "`model.compile(...)`: return the thing itself.",
    ),
    (r"^TypeError: .*NoneType", "Something here is None. A function without `return` gives None."),
    (
        r"^TypeError: 'tuple' object is not callable.*\n.*\.shape\s*\(",
        "`shape` is no function: write it without brackets after it, as in x.shape or x.shape[0].",
    ),
    (
        r"^TypeError: '(numpy\.)?(?P<what>ndarray|tuple|float|int|list)' object is not callable",
        "Something with brackets after it is no function: it is of the type {what}. Is a `*` missing, or was the name "
        "of a function used again?",
    ),
    (
        r"interpreted as an integer|integers or a single integer|indices must be integers|only integers, slices",
        "A whole number is needed here. `/` gives a float, such as 2.0; of two whole numbers `//` a whole number.",
    ),
    (
        r"^TypeError: .*'(?P<what>zip|map|filter|generator)'",
        "`{what}` gives its values one at a time: it has no length and no index. list(...) around it has both.",
    ),
    (
        r"^(AxisError|numpy.*AxisError)|axis \d+ is out of bounds",
        "An axis is named that this array does not have.",
    ),
    (
        rf"module 'numpy' has no attribute '(?P<what>{'|'.join(_GONE)})'",
        "NumPy 2 no longer has `np.{what}`; it is written {now}.",
    ),
    (
        r"'(builtin_function_or_method|function|method)' object (has no attribute|is not subscriptable|is not iterable)"
        r"|unsupported operand type.*'(builtin_function_or_method|function|method)'"
        r"|^TypeError: '(numpy\._ArrayFunctionDispatcher|numpy\.ufunc|_ArrayFunctionDispatcher)'",
        "A function is used here as if it were its result. It is called with round brackets, as in x.copy() or "
        "np.mean(x).",
    ),
    (
        rf"'numpy\.ndarray' object has no attribute '(?P<what>{_FREE})'",
        "An array has no `{what}` behind its dot; NumPy has it as a function: np.{what}(...).",
    ),
    (
        r"'tuple' object has no attribute '(?P<what>\w+)'",
        "Several values are together here, as a tuple, and that has no `{what}`. Take them apart first, as in "
        "`one, other = ...`.",
    ),
    (
        r"'list' object has no attribute '(?P<what>\w+)'",
        "This is a list, and that has no `{what}`. np.array(...) makes an array of a list of numbers.",
    ),
    (
        r"has no attribute '_parent_path'",
        "Keras's own part of this layer was never made: `__init__` must call `super().__init__(**options)`.",
    ),
    (
        r"has no attribute '(?P<what>\w+)'",
        "There is nothing with the name `{what}` here. Is it spelled right?",
    ),
    (
        r"^IndexError: (too many indices|invalid index to scalar)",
        "More indices stand in the brackets than there are axes. Print the shape: a mean or a sum takes an axis away.",
    ),
    (
        r"^IndexError: boolean index did not match",
        "The mask in the brackets has another length than the axis that it picks from. Print both shapes.",
    ),
    (r"^IndexError", "An index points outside what is indexed. Print its length or shape; counting begins at 0."),
    (
        r"(Quantiles|Percentiles) must be in the range",
        "NumPy's quantile takes fractions from 0 to 1, its percentile percentages from 0 to 100.",
    ),
    (r"^ZeroDivisionError", "A number is divided by zero."),
    (r"^RecursionError", "The function calls itself more often than Python allows, which is about a thousand times."),
    (r"^MemoryError", "The answer asks for more memory than there is."),
    (r"read-only", "The function writes into an array that it may only read; make a new array instead."),
    (r"^SystemExit|^exit", "The answer ends Python itself; take `exit` or `quit` away."),
    (r"^ImportError: cannot import name '(?P<what>\w+)'", "There is nothing with the name `{what}` to import there."),
    (r"^(ImportError|ModuleNotFoundError)", "What is imported here is not installed, or has another name."),
    (r"^AssertionError", "An `assert` in the answer does not hold for this case."),
]


def in_words(message):
    """Return the message of an error as a card shows it: that of a matrix product without its signature, that of a
    function without the one that made it, and that of a Keras layer without the words that Keras puts round it.

    >>> in_words("matmul: Input operand 1 has a mismatch in its ... (size 5 is different from 7)")
    'matmul: the sizes 7 and 5 meet, which should be the same'
    """
    message = _COLOUR.sub("", message)
    while around := _AROUND.match(message):
        message = around[1]
    message = re.sub(r"\b\w+\.<locals>\.", "", message)
    return _CORE.sub(r"\1: the sizes \3 and \2 meet, which should be the same", message)


def is_explained(fault, exercise):
    """Return whether an error says itself what it comes from: by the words of the exercise's driver, or by its own.

    Parameters
    ----------
    fault : Fault
    exercise : Exercise

    Returns
    -------
    bool
        Then no wrong idea need be looked for.
    """
    module, _, name = (exercise.driver or "").partition(":")
    pattern = getattr(getattr(import_module(module), name), "explains", "") if module else ""
    whole = " ".join(fault.message.split())
    return any(re.search(each, whole) for each in (pattern or "(?!)", *(each for each, _ in _OF_ALL_LINES)))


def explain(fault, exercise):
    """Say what a fault usually means, or "" where nobody can say more than Python did.

    Parameters
    ----------
    fault : Fault
    exercise : Exercise

    Returns
    -------
    str
    """
    around = _AROUND.match(fault.message)
    message = in_words(fault.message) if around else fault.message
    # the check calls a function, or a class; another method that is called otherwise is called inside the answer
    inside = around or re.match(r"(\w+\.)+(?!__init__)\w+\(\)", in_words(fault.message))
    text = f"{fault.kind}: {message.splitlines()[0] if message else ''}\n{fault.text}"
    parameters = [*inspect.signature(exercise.reference).parameters.values()]
    defaults = "|".join(p.name for p in parameters if p.default is not p.empty) or "(?!)"
    whole = " ".join(_COLOUR.sub("", fault.message).split())
    for pattern, meaning in _OF_ALL_LINES:
        if found := re.search(pattern, whole):
            return meaning.format(**found.groupdict())
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern.replace("{defaults}", defaults), text)
        if found and not (inside and "{signature}" in meaning):
            named = found.groupdict()
            now = _GONE.get(named.get("what"), "")
            signature = f"{exercise.name}({', '.join(map(str, parameters))})"
            return meaning.format(signature=signature, now=now, **named)
    return ""
