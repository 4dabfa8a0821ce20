"""Every error Aisle raises on purpose, in one tree.

AisleError
├── BadInput          the caller gave something we cannot use (a broken CSV row, an empty message)
├── NotFound          the named thing does not exist, or does not exist for this customer
├── Refused           the rules do not allow it (a wrong code, a forged token, a shipped order)
│   ├── TooManyTries  refused for now because it was tried too often
│   └── NotAllowed    the shop's policy does not allow a change; a code says why
├── Conflict          somebody else changed the same thing in between
├── NotReady          a part was never made (no model trained, no index built); the message says how to make it
└── Unavailable       a part exists but does not answer now (Rasa down, database locked)
"""

from __future__ import annotations

from typing import Literal

#: Why the policy does not allow a change; docs/policy.md says what each means.
RefusalCode = Literal[
    "not_identified",
    "not_offered",
    "wrong_state",
    "changed_before",
    "reason_not_accepted",
    "window_over",
    "delivery_unknown",
    "nothing_chosen",
    "item_already_returned",
    "quantity_too_high",
    "excluded_goods",
    "other_product",
    "same_variant",
    "sold_out",
    "other_currency",
    "same_address",
    "other_country",
    "same_method",
    "method_needed",
    "method_not_accepted",
    "gift_card_too_small",
    "paid_too_little",
    "changed_since",
    "withdrawn",
    "already_done",
    "no_goods_expected",
]


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


class NotAllowed(Refused):
    """The shop's policy does not allow a change. ``code`` says why, for programs; the message, for people."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code


class Conflict(AisleError):
    """The thing was changed by somebody else in between."""


class NotReady(AisleError):
    """A part was never made; the message names the command that makes it."""


class Unavailable(AisleError):
    """A part exists but does not answer now."""
