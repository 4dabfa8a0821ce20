"""What is kept of a typed text, and that no text is ever a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.gateway.cleaning import clean, without_command


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("nul\x00 bell\x07 half\ud83d", "nul bell half"),
        ("\u202eevil\u2066", "evil"),
        ("family 👨‍👩‍👧 stays", "family 👨‍👩‍👧 stays"),
        ("می‌خواهم", "می‌خواهم"),
        ("\x00", ""),
    ],
)
def test_clean(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/restart", "restart"),
        ('/inform{"order_number": "#W1"}', 'inform{"order_number": "#W1"}'),
        ("\x1c/restart", "restart"),
        ("//", "／"),
        ("and/or", "and/or"),
        ("12/11/2026", "12/11/2026"),
        (" leading space", " leading space"),
    ],
)
def test_without_command(typed: str, words: str) -> None:
    assert without_command(typed) == words


# Spaces and invisible characters of all kinds around slashes of all kinds.
_TRICKS = st.text(st.sampled_from("/／ \t\n\x1c\x85\xa0\u2003\u200b\u200d\ufeff\u0301ab{}"), max_size=12)


@given(st.one_of(_TRICKS, st.text(max_size=30)))
def test_no_text_is_a_command(typed: str) -> None:
    words = without_command(typed)
    assert not words.strip().startswith("/")
    assert not clean(words).startswith("/")
    assert words or not typed
