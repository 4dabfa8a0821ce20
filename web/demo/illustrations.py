"""The demo shop's product pictures: one drawing a category, in the colour of the product."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from pathlib import Path

_FILES = Path(__file__).parents[1] / "static" / "demo"
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
_FALLBACK = "_fallback"

# The three shades of the drawings' main colour, as they stand in the files.
_MAIN, _DEEP, _PALE = "#6b8fa3", "#4b6b7d", "#a9c2ce"

_COLOURS = {
    "black": "#3b4145", "white": "#fbfaf7", "grey": "#9a9fa1", "charcoal": "#555c60", "navy": "#34496b",
    "blue": "#4a7bb0", "sky blue": "#86b4d6", "indigo": "#45558f", "teal": "#3f8a8c", "green": "#5b8f5e",
    "forest green": "#3f6b52", "olive": "#7d7f4a", "sage": "#9cae8e", "mustard": "#cf9f3d", "yellow": "#e3bd4c",
    "orange": "#d98445", "rust": "#b35f3c", "red": "#bd4b45", "burgundy": "#843a48", "pink": "#d894a0",
    "lilac": "#ab9ac6", "purple": "#77609b", "cream": "#efe4cb", "oatmeal": "#d8cbb2", "beige": "#d9c8ab",
    "sand": "#d2b98d", "brown": "#8a6244", "silver": "#bcc3c7", "steel": "#aab3b8", "copper": "#b87750",
    "rose gold": "#cf9a87",
}  # fmt: skip
# For what has no colour of its own, such as books.
_SPARE = ("teal", "rust", "navy", "sage", "mustard", "burgundy", "blue", "forest green", "lilac")


def illustration(slug: str, colour: str = "") -> str:
    """The drawing of a category as SVG text, in a colour of the catalogue where one is given."""
    drawing = _drawing(slug if _SLUG.fullmatch(slug) else _FALLBACK)
    main = _COLOURS.get(colour) or _COLOURS[spare_colour(zlib.crc32(slug.encode()))]
    shades = {_MAIN: main, _DEEP: _mixed(main, "#1c2226", 0.3), _PALE: _mixed(main, "#ffffff", 0.48)}
    return re.sub("|".join(shades), lambda found: shades[found.group()], drawing)


def spare_colour(number: int) -> str:
    """A colour for a thing without one; the same number always gets the same."""
    return _SPARE[number % len(_SPARE)]


@lru_cache(maxsize=128)
def _drawing(slug: str) -> str:
    file = _FILES / f"{slug}.svg"
    return (file if file.is_file() else _FILES / f"{_FALLBACK}.svg").read_text(encoding="utf-8")


def _mixed(colour: str, other: str, share: float) -> str:
    channels = (round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share) for i in (1, 3, 5))
    return "#" + "".join(f"{channel:02x}" for channel in channels)
