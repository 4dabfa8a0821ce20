"""Every error Aisle raises on purpose, in one tree.

AisleError
├── BadInput          the caller gave something we cannot use (a broken CSV row, an empty message)
├── NotFound          the named thing does not exist, or does not exist for this customer
├── Refused           the rules do not allow it (a wrong code, a forged token, a shipped order)
│   └── TooManyTries  refused for now because it was tried too often
├── Conflict          somebody else changed the same thing in between
├── NotReady          a part was never made (no model trained, no index built); the message says how to make it
└── Unavailable       a part exists but does not answer now (Rasa down, database locked)
"""

from __future__ import annotations


class AisleError(Exception):
    """Base of all errors with a message that may be shown to the person who caused them."""


class BadInput(AisleError):
    """The caller gave something that cannot be used."""


class NotFound(AisleError):
    """The named thing does not exist for whoever asks."""


class Refused(AisleError):
    """The rules do not allow it."""


class TooManyTries(Refused):
    """Refused for now because it was tried too often."""


class Conflict(AisleError):
    """The thing was changed by somebody else in between."""


class NotReady(AisleError):
    """A part was never made; the message names the command that makes it."""


class Unavailable(AisleError):
    """A part exists but does not answer now."""
