"""The values that cross the wall: a closed grammar, written as JSON beside the bytes of the arrays.

None, truth values, numbers, text, arrays of the types in `DTYPES`, and lists, tuples and dictionaries of these, up to
a depth; anything else crosses as the name of its kind. What comes from the other side is read here before a library
sees it, because that side may be hostile: names of types, shapes, lengths and depth are checked against these bounds.
"""

import math
import re

import numpy as np

from bncourse.checking.answer import Opaque

MOST_DIMENSIONS = 32
MOST_OF_NOTHING = 1_000_000  # numbers that an array without any may become: the mean of shape (0, n) has n
MOST_BITS = 1_000  # of a whole number
MOST_WORD = 10_000  # characters of each text in an array of texts
MOST_KEY = 2**32  # of a whole number as the key of a dictionary
DEEPEST = 40
_TAG = "$"
_WORDS = re.compile(r"(?:[<>]U|\|S)([1-9][0-9]{0,4})")


def _dtypes():
    """Return the types of numbers that cross, by their name: no other name is ever shown to NumPy."""
    found = {name: np.dtype(name) for name in ("|b1", "|i1", "|u1")}
    for order in "<>":
        for name in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"):
            found[order + name] = np.dtype(order + name)
    for wide in (np.longdouble, np.clongdouble):  # its size differs from machine to machine
        for made in (np.dtype(wide), np.dtype(wide).newbyteorder()):
            found[made.str] = made
    return found


DTYPES = _dtypes()


def pack(value, blobs, depth=0):
    """Return a value as JSON can hold it; the bytes of arrays go into `blobs`."""
    if depth > DEEPEST:
        return {_TAG: "opaque", "kind": "something nested too deeply"}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        return _packed_array(np.asarray(value), blobs)
    if isinstance(value, int):
        return _packed_integer(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {_TAG: "float", "text": repr(float(value))}
    if isinstance(value, complex):
        return {_TAG: "complex", "parts": [pack(value.real, blobs), pack(value.imag, blobs)]}
    if isinstance(value, list):
        return [pack(item, blobs, depth + 1) for item in value]
    if isinstance(value, tuple):
        return {_TAG: "tuple", "items": [pack(item, blobs, depth + 1) for item in value]}
    if isinstance(value, dict):
        return {
            _TAG: "dict",
            "items": [[pack(k, blobs, depth + 1), pack(v, blobs, depth + 1)] for k, v in value.items()],
        }
    if isinstance(value, Handle):
        return {_TAG: "handle", "id": value.id, "parts": list(value.parts)}
    kind = value.kind if isinstance(value, Opaque) else type(value).__name__
    return {_TAG: "opaque", "kind": str(kind)[:200]}


def _packed_integer(value):
    if value.bit_length() > MOST_BITS:
        return {_TAG: "opaque", "kind": f"number of more than {MOST_BITS} bits"}
    return value if abs(value) < 2**63 else {_TAG: "int", "hex": hex(value)}


def _packed_array(array, blobs):
    if dtype_of(array.dtype.str) is None or not _is_bounded(array.shape):
        return {_TAG: "opaque", "kind": f"array of {array.dtype}"[:200]}
    array = np.array(array, order="C", copy=None, subok=False)
    blobs.append(array.reshape(-1).view(np.uint8).data if array.size else memoryview(b""))
    return {_TAG: "array", "dtype": array.dtype.str, "shape": list(array.shape)}


def dtype_of(name):
    """Return the NumPy type that a name stands for; None where it is not one of those that cross.

    Examples
    --------
    >>> dtype_of("<f8"), dtype_of("m8[s/0]")
    (dtype('float64'), None)
    """
    if not isinstance(name, str) or len(name) > 8:
        return None
    if name in DTYPES:
        return DTYPES[name]
    words = _WORDS.fullmatch(name)
    return np.dtype(name) if words and int(words[1]) <= MOST_WORD else None


def _is_bounded(shape):
    """Return whether an array of this shape stays small, whatever is computed over its axes."""
    return len(shape) <= MOST_DIMENSIONS and (
        0 not in shape or math.prod(max(length, 1) for length in shape) <= MOST_OF_NOTHING
    )


def unpack(value, blobs, handles=False):
    """Give back what `pack` was given; `blobs` is one memory with the bytes of all arrays in their order."""
    reader = _Reader(blobs, handles)
    found = reader.value(value)
    if reader.at != len(blobs):
        raise ValueError("bytes are left over")
    return found


class Handle:
    """A function on the sender's side, or a namespace of them, that the receiver may call back.

    Parameters
    ----------
    id : int
    parts : sequence of str
        The names of the functions, for a namespace; empty for one function.
    """

    def __init__(self, id, parts=()):
        self.id = id
        self.parts = tuple(parts)


class _Reader:
    def __init__(self, blobs, handles):
        self.blobs = blobs
        self.handles = handles
        self.at = 0

    def value(self, value, depth=0):
        if depth > DEEPEST + 5:
            raise ValueError("nested too deeply")
        if isinstance(value, list):
            return [self.value(item, depth + 1) for item in value]
        if isinstance(value, str):
            return _whole(value)
        if isinstance(value, int) and value.bit_length() > 64:
            raise ValueError("a number that is too long")
        if not isinstance(value, dict):
            return value
        kind = value[_TAG]
        if kind == "array":
            return self.array(value["dtype"], value["shape"])
        if kind == "tuple":
            return tuple(self.value(item, depth + 1) for item in value["items"])
        if kind == "dict":
            return {self.key(k): self.value(v, depth + 1) for k, v in value["items"]}
        if kind == "int":
            return _integer(value["hex"])
        if kind == "float":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value["text"]]
        if kind == "complex":
            real, imaginary = (self.value(part, depth + 1) for part in value["parts"])
            return complex(float(real), float(imaginary))
        if kind == "handle" and self.handles:
            return Handle(int(value["id"]), [str(part) for part in value["parts"]])
        if kind == "opaque":
            return Opaque(_whole(str(value["kind"])[:200]))
        raise ValueError("no known kind of value")

    def key(self, key):
        """Return the key of a dictionary: others than text and small numbers can be made to collide, all of them."""
        if isinstance(key, str) or (isinstance(key, int) and abs(key) < MOST_KEY):
            return self.value(key)
        raise ValueError("a key that is no text")

    def array(self, dtype, shape):
        dtype = dtype_of(dtype)
        if dtype is None:
            raise ValueError("no plain numbers")
        if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
            raise ValueError("no shape")
        if not _is_bounded(shape):
            raise ValueError("a shape that is too large")
        count = math.prod(shape) * dtype.itemsize
        if count > len(self.blobs) - self.at:
            raise ValueError("bytes are missing")
        piece = self.blobs[self.at : self.at + count]
        self.at += count
        if not count:
            return np.zeros(shape, dtype)
        if dtype.kind == "U":
            return _words(piece, dtype).reshape(shape)
        if dtype.kind == "b":  # any other byte than 0 and 1 would be neither true nor false
            return (np.frombuffer(piece, np.uint8) != 0).reshape(shape)
        array = np.frombuffer(piece, dtype).reshape(shape)
        return array if array.flags.aligned else array.copy()


def _integer(text):
    if not isinstance(text, str) or len(text) > MOST_BITS // 4 + 5:
        raise ValueError("a number that is too long")
    return int(text, 16)


def _words(piece, dtype):
    """Return an array of texts; what is no character would stop whoever reads it."""
    codes = np.frombuffer(piece, np.dtype("u4").newbyteorder(dtype.byteorder))
    if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))).any():
        raise ValueError("no characters")
    return np.frombuffer(piece, dtype)


def _whole(text):
    """Return text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
