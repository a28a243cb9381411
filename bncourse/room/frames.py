"""How the two sides of the wall talk: frames of plain values, and arrays as raw bytes; never pickle.

A frame is a header in JSON, which holds the structure, and blobs, which hold the numbers of the arrays. What
comes in is checked, for the other side may be hostile: sizes, types of numbers, shapes and depth.
"""

import json
import math
import socket
import struct
import time

import numpy as np

from bncourse.checking.answer import Opaque

MOST_BYTES = 256_000_000
MOST_HEADER = 20_000_000
MOST_BLOBS = 10_000
MOST_PARTS = 2_000_000  # brackets and commas in a header; each part takes memory once it is read
DEEPEST = 40
_SIZES = struct.Struct("!IQ")  # the length of the header, and of the blobs together
_KINDS = "biufcSUmM"
_TAG = "$"


class Broken(Exception):
    """The other side is gone, or sent what is no frame."""


class TooLarge(Broken):
    """What was to be sent does not fit into one frame; nothing of it was sent."""


class TooLate(Exception):
    """No frame came in time."""


def send(connection, message):
    """Send one message: plain values, arrays, and containers of them.

    Parameters
    ----------
    connection : socket.socket
    message : object

    Raises
    ------
    Broken
        If the other side is gone.
    TooLarge
        If the message is too large for one frame.
    """
    blobs = []
    header = json.dumps(pack(message, blobs), ensure_ascii=True).encode()
    size = sum(blob.nbytes for blob in blobs)
    if len(header) > MOST_HEADER or size > MOST_BYTES or len(blobs) > MOST_BLOBS:
        raise TooLarge(f"a message of {(len(header) + size) / 1e6:.0f} MB is too large for the wall")
    try:
        connection.sendall(_SIZES.pack(len(header), size) + header)
        for blob in blobs:
            connection.sendall(blob)
    except OSError as error:
        raise Broken(f"the other side is gone ({error})") from error


def receive(connection, most=MOST_BYTES, seconds=None):
    """Receive one message.

    Parameters
    ----------
    connection : socket.socket
        Its timeout holds for each piece.
    most : int
        The most bytes that the arrays of the message may have together.
    seconds : float, optional
        The time for the whole message: one byte now and then never makes one.

    Raises
    ------
    Broken
        If the other side is gone, or what came is no frame.
    TooLate
        If nothing came in time.
    """
    until = None if seconds is None else time.monotonic() + seconds
    header_size, size = _SIZES.unpack(_exactly(connection, _SIZES.size, until))
    if header_size > MOST_HEADER or size > most:
        raise Broken(f"a frame of {(header_size + size) / 1e6:.0f} MB")
    header = _exactly(connection, header_size, until)
    if sum(map(header.count, (b"[", b"{", b","))) > MOST_PARTS:
        raise Broken("a frame of too many parts")
    blobs = _exactly(connection, size, until)
    try:
        return unpack(json.loads(header), memoryview(blobs))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError, MemoryError) as error:
        raise Broken(f"no frame: {type(error).__name__}") from error


def _exactly(connection, count, until=None):
    received = bytearray(count)
    view, at = memoryview(received), 0
    try:
        while at < count:
            if until is not None:
                left = until - time.monotonic()
                if left <= 0:
                    raise TooLate
                connection.settimeout(left)
            came = connection.recv_into(view[at:])
            if not came:
                raise Broken("the other side is gone")
            at += came
    except TimeoutError as error:
        raise TooLate from error
    except OSError as error:
        raise Broken(f"the other side is gone ({error})") from error
    return received


def pack(value, blobs, depth=0):
    """Give a value as JSON can hold it; the bytes of arrays go into `blobs`."""
    if depth > DEEPEST:
        return {_TAG: "opaque", "kind": "something nested too deeply"}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        return _packed_array(np.asarray(value), blobs)
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else {_TAG: "int", "hex": hex(value)}
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


def _packed_array(array, blobs):
    if array.dtype.kind not in _KINDS:
        return {_TAG: "opaque", "kind": f"array of {array.dtype}"[:200]}
    array = np.array(array, order="C", copy=None, subok=False)
    blobs.append(array.reshape(-1).view(np.uint8).data if array.size else memoryview(b""))
    return {_TAG: "array", "dtype": array.dtype.str, "shape": list(array.shape)}


def unpack(value, blobs):
    """Give back what `pack` was given; `blobs` is one memory with the bytes of all arrays in their order."""
    reader = _Reader(blobs)
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
    def __init__(self, blobs):
        self.blobs = blobs
        self.at = 0

    def value(self, value, depth=0):
        if depth > DEEPEST + 5:
            raise ValueError("nested too deeply")
        if isinstance(value, list):
            return [self.value(item, depth + 1) for item in value]
        if isinstance(value, str):
            return _whole(value)
        if not isinstance(value, dict):
            return value
        kind = value[_TAG]
        if kind == "array":
            return self.array(value["dtype"], value["shape"])
        if kind == "tuple":
            return tuple(self.value(item, depth + 1) for item in value["items"])
        if kind == "dict":
            return {self.value(k, depth + 1): self.value(v, depth + 1) for k, v in value["items"]}
        if kind == "int":
            return int(str(value["hex"])[:5_000], 16)
        if kind == "float":
            return float(str(value["text"])[:10])
        if kind == "complex":
            return complex(*(self.value(part, depth + 1) for part in value["parts"]))
        if kind == "handle":
            return Handle(int(value["id"]), [str(part) for part in value["parts"]])
        if kind == "opaque":
            return Opaque(_whole(str(value["kind"])[:200]))
        raise ValueError("no known kind of value")

    def array(self, dtype, shape):
        dtype = np.dtype(str(dtype)[:20])
        if dtype.kind not in _KINDS or dtype.hasobject or dtype.fields or dtype.subdtype or not dtype.itemsize:
            raise ValueError("no plain numbers")
        shape = tuple(shape)
        if len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("no shape")
        count = math.prod(shape) * dtype.itemsize
        if count > len(self.blobs) - self.at:
            raise ValueError("bytes are missing")
        piece = self.blobs[self.at : self.at + count]
        self.at += count
        if not count:
            return np.zeros(shape, dtype)
        array = np.frombuffer(piece, dtype).reshape(shape)
        return array if array.flags.aligned else array.copy()


def _whole(text):
    """Give text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def pair():
    """Give the two ends of a connection."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in ends:
        for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, side, 1_000_000)
    return ends
