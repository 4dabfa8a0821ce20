"""Secrets that are shown once and kept as hashes."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """43 characters that fit into a cookie and a URL: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. It needs neither salt nor key: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
