"""Frames from behind the wall, guided by what they reach: each is refused with a reason, or is data of the grammar.

Run it for some minutes; it prints what it does, and stops at the first frame that is neither::

    pip install -e ".[test,fuzz]"
    python tests/fuzz_frames.py -max_total_time=300 -rss_limit_mb=1500

Other options are those of libFuzzer. ``tests/test_told_data.py`` has the short, drawn version of each place.
"""

import contextlib
import json
import socket
import struct
import sys
import threading

import atheris

with atheris.instrument_imports(include=["bncourse.sandbox.protocol", "bncourse.sandbox.values"]):
    from bncourse.sandbox import protocol, values

import numpy as np

from bncourse.checking.answer import Opaque

PLAIN = (type(None), bool, int, float, complex, str, Opaque, values.Handle)
MOST = 1_000_000  # bytes of arrays in a frame


def words(value):
    """Go through all that a value holds; fail at what the grammar does not have."""
    if isinstance(value, list | tuple):
        for item in value:
            words(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            words(key)
            words(item)
    elif isinstance(value, np.ndarray | np.generic):
        assert values.dtype_of(value.dtype.str) is not None and value.nbytes <= MOST
    else:
        assert isinstance(value, PLAIN), type(value)


def frame(content):
    """Give a frame that is well formed outside, so that what is in it is reached."""
    at = content[0] if content else 0
    header, blobs = content[1 : len(content) - at], content[max(1, len(content) - at) :]
    return struct.pack("!IQ", len(header), len(blobs)) + header + blobs


def one(content):
    for sent in (content, frame(content)):
        near, far = socket.socketpair()
        with near, far:
            sender = threading.Thread(target=_send, args=(near, sent))
            sender.start()
            far.settimeout(5)
            try:
                value = protocol.receive(far, MOST, handles=True)
            except (protocol.Broken, protocol.TooLate) as refused:
                assert str(refused) or isinstance(refused, protocol.TooLate)
                continue
            finally:
                far.close()
                sender.join()
        words(value)
        values.unpack(json.loads(json.dumps(values.pack(value, blobs := []))), memoryview(b"".join(blobs)), True)


def _send(near, content):
    with contextlib.suppress(OSError):
        near.sendall(content)
    near.close()


def seeds():
    """Give frames as they come every day."""
    for value in (
        {"value": np.arange(6.0).reshape(2, 3), "printed": "a line", "warned": []},
        {"arguments": (1, 2.5, -0.0, True, None, 2**70, 1 + 2j, float("nan")), "options": {"axis": 0}},
        [np.float32(3), np.array([True]), np.array(["a", "bc"]), np.zeros((0, 3))],
        {"callback": "f", "id": 3, ("a", 1): [[[]]]},
    ):
        blobs = []
        header = json.dumps(values.pack(value, blobs)).encode()
        content = b"".join(bytes(blob) for blob in blobs)
        yield bytes([len(content)]) + header + content


WORDS = ("$", "array", "dtype", "shape", "items", "tuple", "dict", "int", "hex", "float", "text", "complex", "parts")
WORDS += ("kind", "handle", "id", "opaque", *values.DTYPES, "<U3", "|S2", "nan", "inf", "0x1")

if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    corpus = Path(tempfile.mkdtemp(prefix="bncourse-frames-"))
    for number, content in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(content)
        one(content)
    dictionary = corpus.with_suffix(".dict")
    dictionary.write_text("".join(f'"\\"{word}\\""\n' for word in WORDS), encoding="utf-8")
    atheris.Setup([*sys.argv, f"-dict={dictionary}", str(corpus)], one)
    atheris.Fuzz()
