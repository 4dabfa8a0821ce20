"""What the order desk has to do, as it is remembered between the messages of a conversation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shop.policy import Kind

Asking = Literal["", "order", "item", "options", "reason", "method", "address", "confirm", "whole_order", "either"]


class Part(BaseModel):
    """What all parts share."""

    model_config = ConfigDict(extra="forbid")


class Target(Part):
    """One line of an order that something shall happen to. ``wish`` is an ``OptionWish`` as JSON."""

    item_id: int
    quantity: int | None = None
    wish: dict[str, Any] = {}
    variant_id: int | None = None
    text: str = ""
    shared: str = ""
    """What is said of several goods at once: "the lamp and the clock for the cheapest"."""


class Job(Part):
    """One change of one order, as far as it is known."""

    kind: Kind
    asked: Kind | None = None
    """What the shopper called it, where the order's state allows only another way to the same end."""
    order_number: str = ""
    targets: list[Target] = []
    reason: str = ""
    method_id: int | None = None
    method_said: bool = False
    address: dict[str, str] | None = None
    text: str = ""
    otherwise: str = ""
    """What to do instead where this is impossible, in the shopper's words."""
    nearest: dict[str, str] = {}
    """Product -> the variant that there is none of, to be said with the summary of the nearest one."""
    staying: list[str] = []
    """Goods that are what was wished already, to be said with the summary of the others."""
    whole_agreed: bool = False
    """Whether the shopper knows that only the whole order can be cancelled."""
    proposal_id: int | None = None
    shown: str = ""
    """The plan of the last summary, as JSON."""
    refused: str = ""
    """The summary that the shopper said no to."""


class Done(Part):
    """A change that was made. ``cents`` is charged, or refunded where negative."""

    kind: Kind
    order_number: str
    cents: int
    currency: str


class Desk(Part):
    """The agenda: the first job is the one that is talked about."""

    jobs: list[Job] = Field(default_factory=list)
    asking: Asking = ""
    choices: list[str] = []
    """What was offered as an answer, in its order: order numbers, item ids, variant ids."""
    tries: int = 0
    done: list[Done] = []
    proposals: int = 0
    """How many were made, so that each has a key of its own."""
