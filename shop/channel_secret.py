"""What the processes of one shop show each other on loopback, where other people of the machine could knock, too."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

HEADER = "x-aisle-secret"


def shows_secret(headers: Mapping[str, str], secret: str) -> bool:
    """Whether a request's headers carry the secret, compared in constant time."""
    shown = headers.get(HEADER, "")
    return hmac.compare_digest(shown.encode(errors="surrogateescape"), secret.encode())
