"""Reading a file as UTF-8 text, or saying plainly what it is instead."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from shop.errors import BadInput

# What a file begins with when it is no text in UTF-8.
_SIGNATURES = (
    (b"PK\x03\x04", "a spreadsheet or zip file; export it as CSV or JSON"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; export it as CSV"),
    (b"%PDF", "a PDF file; export the data as CSV or JSON"),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (codecs.BOM_UTF32_LE, "in UTF-32; save it as UTF-8"),
    (codecs.BOM_UTF16_LE, "in UTF-16; save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "in UTF-16; save it as UTF-8"),
)
_GUESS_BYTES = 20_000  # on both sides of the first byte that is not UTF-8: enough to tell an encoding by


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without byte order mark.

    Raises BadInput if it cannot be opened, is empty, or is not UTF-8 text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    for signature, meaning in _SIGNATURES:
        if data.startswith(signature):
            raise BadInput(f"{path} is {meaning}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_not_utf8(path, data, error)) from error
    if not text.strip():
        raise BadInput(f"{path} is empty")
    if text.count("\0") > len(text) // 4:
        raise BadInput(f"{path} is not text: it is full of zero bytes, as UTF-16 without its mark is; save it as UTF-8")
    return text


def _not_utf8(path: Path, data: bytes, error: UnicodeDecodeError) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    sample = data[max(0, error.start - _GUESS_BYTES) : error.start + _GUESS_BYTES]
    guess = from_bytes(sample).best()
    looks = f"; it looks like {guess.encoding}" if guess else ""
    return f"{path} is not UTF-8: byte 0x{data[error.start]:02X} in line {line}{looks}. Save it as UTF-8"
