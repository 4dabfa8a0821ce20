"""The chat API's bodies, as OpenAPI documents them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shop.feedback import HIGHEST_SCORE, LONGEST_COMMENT, LOWEST_SCORE

_Language = Literal["en", "zh"]


class OpenConversation(BaseModel):
    """How to open a conversation; an empty body opens an anonymous one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"language": "en"}, {"customer_token": "eyJhbGciOi…", "language": "zh"}]},
    )
    customer_token: str | None = Field(
        None,
        max_length=4096,
        description="JWT (HS256) by which the shop says who is signed in: `aud` aisle-customer, `sub` the customer's "
        "external id, `exp`. Signed with AISLE_CUSTOMER_TOKEN_KEY.",
    )
    language: _Language | None = Field(
        None, description="Language of the first answers; without it Accept-Language decides."
    )


class OpenedConversation(BaseModel):
    """A new conversation and the token that opens it again."""

    conversation_id: str = Field(examples=["0b0f6d3f6c0f4f2f9d0c7a3d2f1b5e6a"])
    token: str = Field(description="Bearer token for this conversation only.", examples=["eyJhbGciOi…"])


class SendMessage(BaseModel):
    """A typed text, or a tapped choice."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"client_id": "5f2c9d", "text": "Where is my order?"},
                {"client_id": "5f2c9e", "choice": "4-Jk2v8wQ1xYz0"},
            ]
        },
    )
    client_id: str = Field(
        pattern=r"^[\x21-\x7e]{1,64}$",
        description="Made by the client, new for each message; sending the same again changes nothing.",
    )
    text: str | None = Field(None, description="What the shopper typed.")
    choice: str | None = Field(None, max_length=100, description="The id of a choice offered in this conversation.")

    @model_validator(mode="after")
    def _one_of_both(self) -> SendMessage:
        if (self.text is None) == (self.choice is None):
            raise ValueError("give either text or choice")
        return self


class StoredMessage(BaseModel):
    """Where the message stands in the conversation."""

    seq: int = Field(description="Number of the message, counted from 1 without gaps.", examples=[1])


class Vote(BaseModel):
    """A thumb on an answer, in place of an earlier one."""

    model_config = ConfigDict(extra="forbid")
    vote: Literal[-1, 0, 1] = Field(description="1: it helped, -1: it did not, 0: take the thumb back.", examples=[1])


class KeptVote(Vote):
    """The thumb as it is kept."""

    seq: int = Field(description="Number of the answer.", examples=[2])


class Rating(BaseModel):
    """How content the shopper is with the conversation, in place of what they said before."""

    model_config = ConfigDict(extra="forbid")
    score: int = Field(ge=LOWEST_SCORE, le=HIGHEST_SCORE, strict=True, description="5 is best.", examples=[4])
    comment: str = Field("", max_length=LONGEST_COMMENT, description="Why, in the shopper's words.")


class Problem(BaseModel):
    """Why a request was not carried out."""

    error: str = Field(description="A short word for programs.", examples=["rate_limited"])
    message: str = Field(description="A sentence for people.", examples=["Too many messages; try again in 12 seconds."])


class Readiness(BaseModel):
    """Whether messages can be answered now."""

    status: Literal["ready", "starting"]
    waiting_for: list[Literal["database", "rasa", "actions"]] = Field(default_factory=list)
