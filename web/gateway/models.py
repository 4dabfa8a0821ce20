"""The chat API's bodies, as OpenAPI documents them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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


class Problem(BaseModel):
    """Why a request was not carried out."""

    error: str = Field(description="A short word for programs.", examples=["rate_limited"])
    message: str = Field(description="A sentence for people.", examples=["Too many messages; try again in 12 seconds."])


class Readiness(BaseModel):
    """Whether messages can be answered now."""

    status: Literal["ready", "starting"]
    waiting_for: list[Literal["database", "rasa", "actions"]] = Field(default_factory=list)
