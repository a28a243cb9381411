"""Pictures of somebody else: made again from their pixels, within bounds of size; anything else is no picture."""

import base64
import binascii
import io
import re
import warnings

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
MOST_ENCODED = 12_000_000  # characters of base64 that are looked at
MOST_PIXELS = 30_000_000
WIDEST = 1_600  # pixels of the longer side, after it was made again
MOST_BYTES = 600_000  # of one picture, after it was made again
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]*)")


def parts_of(address):
    """Return the type and the base64 of a picture that is written as a ``data:`` address, or None."""
    if len(address) > MOST_ENCODED:
        return None
    found = _DATA.fullmatch(address)
    return (found[1], found[2]) if found else None


def is_picture(kind, encoded):
    """Return whether base64 begins as a picture of this type, and whether it is small enough to be shown.

    It reads the head of the picture alone, so it takes no time.
    """
    about = _opened(encoded)
    return about is not None and FORMATS[about.format] == kind


def made_again(encoded):
    """Make a picture again from its pixels, so that nothing else of it is left.

    Parameters
    ----------
    encoded : str
        In base64.

    Returns
    -------
    str or None
        A ``data:`` address; None for what is no picture, or too large.
    """
    picture = _opened(encoded)
    if picture is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.draft("RGB", (WIDEST, WIDEST)) if picture.format == "JPEG" else None
            jpeg = picture.format == "JPEG"
            pixels = picture.convert("RGB" if jpeg else "RGBA")
            pixels.thumbnail((WIDEST, WIDEST))
    except Exception:  # a damaged picture; Pillow's decoders raise errors of every kind
        return None
    written = _written(pixels, "JPEG" if jpeg else "PNG")
    if len(written) > MOST_BYTES:
        jpeg, written = True, _written(_on_white(pixels), "JPEG")
    if len(written) > MOST_BYTES:
        return None
    kind = "image/jpeg" if jpeg else "image/png"
    return f"data:{kind};base64,{base64.b64encode(written).decode('ascii')}"


def _opened(encoded):
    """Return a picture of which the head alone was read, or None."""
    from PIL import Image

    if not isinstance(encoded, str) or len(encoded) > MOST_ENCODED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(base64.b64decode(encoded)), formats=list(FORMATS))
        width, height = picture.size
    except (binascii.Error, ValueError, OSError, SyntaxError, Image.DecompressionBombError):
        return None
    return picture if 0 < width * height <= MOST_PIXELS else None


def _written(pixels, form):
    file = io.BytesIO()
    pixels.save(file, form, **({"quality": 85} if form == "JPEG" else {"optimize": False}))
    return file.getvalue()


def _on_white(pixels):
    from PIL import Image

    ground = Image.new("RGB", pixels.size, "white")
    ground.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    return ground
