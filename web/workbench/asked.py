"""What of the inbox a page's address asks for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field

from training.inbox import STATES, InboxFilter

SECOND = "second"
SHOWN = {
    "open": "To label",
    "labelled": "Labelled",
    "skipped": "Skipped",
    "all": "All",
    SECOND: "Second opinion",
}
_LAST = 1_000_000
_LARGEST_ID = 2**31 - 1


class Asked(BaseModel):
    """The filters as a form sends them: what is empty, or no value of its field, narrows nothing."""

    model_config = ConfigDict(populate_by_name=True)

    state: str = Field("open", max_length=20)
    language: str = Field("", max_length=8)
    intent: str = Field("", max_length=60)
    second: str = Field("", max_length=60)
    reason: str = Field("", max_length=40)
    from_: str = Field("", alias="from", max_length=8)
    to: str = Field("", max_length=8)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    page: int = Field(1, ge=1, le=_LAST)
    at: int = Field(0, ge=0, le=_LARGEST_ID)

    @classmethod
    def of_query(cls, query: str) -> Asked:
        """From what ``query`` gave to a page; what is wrong in it is left out."""
        try:
            return cls.model_validate(dict(parse_qsl(query)))
        except ValueError:
            return cls()

    @property
    def is_second(self) -> bool:
        """Whether a second opinion is asked for."""
        return self.state == SECOND

    @property
    def from_percent(self) -> int | None:
        """Lower bound of the confidence, in percent."""
        return _percent(self.from_)

    @property
    def to_percent(self) -> int | None:
        """Upper bound of the confidence, in percent."""
        return _percent(self.to)

    @property
    def said(self) -> dict[str, Any]:
        """The filters that narrow something, the state among them unless it is the usual one."""
        given = self.model_dump(by_alias=True, exclude={"page", "at"})
        return {name: value for name, value in given.items() if value and (name, value) != ("state", "open")}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return bool(set(self.said) - {"state"})

    @property
    def query(self) -> str:
        """The filters and the page, as an address has them."""
        return urlencode({**self.said, **({"page": self.page} if self.page > 1 else {})})

    @property
    def cleared(self) -> str:
        """The page's address without filters."""
        return "/workbench?" + urlencode({"state": self.state})

    def link(self, **changed: Any) -> str:
        """The page's address with something changed; what is empty is left out of it."""
        asked = {**self.said, "page": self.page, "at": 0, **changed}
        if asked["page"] == 1:
            del asked["page"]
        return "/workbench?" + urlencode({name: value for name, value in asked.items() if value})

    def filter(self, actor: str) -> InboxFilter:
        """As the inbox filters, for whoever asks."""
        lowest, highest = self.from_percent, self.to_percent
        since, until = _day(self.since), _day(self.until)
        return InboxFilter(
            language=self.language,
            intent=self.intent,
            second=self.second,
            reason=self.reason,
            confidence_from=None if lowest is None else lowest / 100,
            confidence_to=None if highest is None else highest / 100,
            since=since,
            until=None if until is None else until + timedelta(days=1),
            state="all" if self.is_second else self.state if self.state in STATES else "open",
            second_opinion_for=actor if self.is_second else "",
        )


def _percent(text: str) -> int | None:
    try:
        return min(max(round(float(text)), 0), 100)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), timezone.utc)
    except ValueError:
        return None
