"""How the two sides of the wall talk: frames of plain values, and arrays as raw bytes; never pickle.

A frame is a header in JSON, which holds the structure, and blobs, which hold the numbers of the arrays. What
comes in is counted before it is read, because the other side may be hostile; `bncourse.sandbox.values` reads it.
"""

import json
import socket
import struct
import time

from bncourse.sandbox.values import Handle, pack, unpack

__all__ = ["Broken", "Handle", "TooLarge", "TooLate", "pack", "pair", "receive", "send", "unpack"]


MOST_BYTES = 256_000_000
MOST_REPLY = 32_000_000  # of what a session sends: the judge holds the replies of all cases of an exercise at once
MOST_HEADER = 20_000_000
MOST_BLOBS = 10_000
MOST_PARTS = 500_000  # brackets and commas in a header; each part takes memory once it is read
_SIZES = struct.Struct("!IQ")  # the length of the header, and of the blobs together


class Broken(Exception):
    """The other side is gone, or sent what is no frame."""


class TooLarge(Broken):
    """What was to be sent does not fit into one frame; nothing of it was sent."""


class TooLate(Exception):
    """No frame came in time."""


def send(connection, message, most=MOST_BYTES):
    """Send one message: plain values, arrays, and containers of them.

    Parameters
    ----------
    connection : socket.socket
    message : object
    most : int
        The most bytes that the arrays of the message may have together.

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
    if len(header) > MOST_HEADER or size > most or len(blobs) > MOST_BLOBS or _parts(header) > MOST_PARTS:
        raise TooLarge(f"a message of {(len(header) + size) / 1e6:.0f} MB is too large for the wall")
    try:
        connection.sendall(_SIZES.pack(len(header), size) + header)
        for blob in blobs:
            connection.sendall(blob)
    except OSError as error:
        raise Broken(f"the other side is gone ({error})") from error


def receive(connection, most=MOST_BYTES, seconds=None, handles=False):
    """Receive one message.

    Parameters
    ----------
    connection : socket.socket
        Its timeout holds for each piece.
    most : int
        The most bytes that the arrays of the message may have together.
    seconds : float, optional
        The time for the whole message: one byte now and then never makes one.
    handles : bool
        Whether functions of the other side may come; only the judge has some to give.

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
    if _parts(header) > MOST_PARTS:
        raise Broken("a frame of too many parts")
    blobs = _exactly(connection, size, until)
    try:
        return unpack(json.loads(header), memoryview(blobs), handles)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError, MemoryError) as error:
        raise Broken(f"no frame: {type(error).__name__}") from error


def _parts(header):
    return sum(map(header.count, (b"[", b"{", b",")))


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


def pair():
    """Return the two ends of a connection."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in ends:
        for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, side, 1_000_000)
    return ends
