"""Signed tokens (JWT, HS256): whose conversation it is, and which customer the shop says is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt

from shop.clock import now
from shop.errors import Refused
from shop.settings import Settings

_ALGORITHM = "HS256"
_CONVERSATION = "aisle-conversation"
_CUSTOMER = "aisle-customer"


class BadToken(Refused):
    """The token is forged, expired, or for something else."""


class Tokens:
    """Signs and checks the tokens of one shop."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.secret_key
        self._customer_key = settings.customer_token_key
        self._lifetime = timedelta(days=settings.conversation_token_days)

    def for_conversation(self, conversation_id: str) -> str:
        """A bearer token for one conversation."""
        return self._sign(self._key, _CONVERSATION, conversation_id, self._lifetime)

    def check_conversation(self, token: str, conversation_id: str) -> None:
        """Raises BadToken unless the token was signed for this conversation and has not expired."""
        claims = _claims(token, self._key, _CONVERSATION)
        if claims["sub"] != conversation_id:
            raise BadToken("the token is not for this conversation")

    def for_customer(self, external_id: str, lifetime: timedelta = timedelta(minutes=10)) -> str:
        """What a shop's own server makes for a signed-in customer; the demo shop is such a server."""
        return self._sign(self._customer_key, _CUSTOMER, external_id, lifetime)

    def check_customer(self, token: str) -> str:
        """The external id of the customer the shop signed. Raises BadToken."""
        try:
            subject: str = _claims(token, self._customer_key, _CUSTOMER)["sub"]
        except jwt.ExpiredSignatureError as error:
            raise BadToken("the customer token has expired; the shop's page must give a fresh one") from error
        except jwt.PyJWTError as error:
            raise BadToken("the customer token is not signed by this shop") from error
        return subject

    @staticmethod
    def _sign(key: str, audience: str, subject: str, lifetime: timedelta) -> str:
        claims = {"aud": audience, "sub": subject, "iat": now(), "exp": now() + lifetime}
        return jwt.encode(claims, key, algorithm=_ALGORITHM)


def _claims(token: str, key: str, audience: str) -> dict[str, Any]:
    wanted = ["exp", "sub", "aud"]
    return jwt.decode(token, key, algorithms=[_ALGORITHM], audience=audience, options={"require": wanted})
