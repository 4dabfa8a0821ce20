"""Passwords: argon2id (RFC 9106) with the library's parameters of the day, and a bar against guessable ones."""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shop.errors import BadInput, Unavailable

SHORTEST, LONGEST = 12, 200
_ENOUGH = 3  # zxcvbn's scale of 0 to 4: "safely unguessable: moderate protection from offline attacks"
_ESTIMATED_CHARACTERS = 72  # zxcvbn takes no more
_AT_ONCE = 2
_PATIENCE_SECONDS = 5.0


class Passwords:
    """Hashes and checks passwords.

    A hash takes 64 MiB and a tenth of a second on purpose: no more than two are computed at once.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = _hash_of_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """The hash to keep. Raises Unavailable while too many are computed."""
        with self._slot():
            return self._hasher.hash(_normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is right. Without a kept hash it never is, and that takes just as long."""
        with self._slot():
            try:
                return self._hasher.verify(kept or self._nobodys, _normal(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable("Too many people are signing in at this moment; try again in a minute.")
        try:
            yield
        finally:
            self._slots.release()


def check_strength(password: str, about_the_owner: Sequence[str]) -> None:
    """Raises BadInput, saying what to do, when the password is short, overlong or easily guessed.

    ``about_the_owner`` (name, e-mail, shop) are words that make a password no safer.
    """
    from zxcvbn import zxcvbn  # it reads its lists of common passwords on import

    length = len(_normal(password))
    if length < SHORTEST:
        raise BadInput(f"The password has {length} characters; it needs {SHORTEST} or more.")
    if length > LONGEST:
        raise BadInput(f"The password has {length} characters; {LONGEST} is the most.")
    words = [word for text in about_the_owner for word in (text, *text.replace("@", " ").replace(".", " ").split())]
    estimate = zxcvbn(_normal(password)[:_ESTIMATED_CHARACTERS], user_inputs=words)
    if estimate["score"] < _ENOUGH:
        reason = estimate["feedback"]["warning"] or "This password is easily guessed."
        raise BadInput(f"{reason.rstrip('.')}. Three or four unrelated words make a good password.")


def _normal(password: str) -> str:
    """One spelling of the same characters, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password has, as costly to check as any of the hasher's."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
