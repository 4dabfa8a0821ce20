"""Tokens that prove nothing, made from what an attacker may have: their own token, and keys that are not the shop's."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import jwt

from shop.clock import now

#: Every way of ``forged_tokens``, and of the tokens that are well signed but name nobody.
WAYS = (
    "wrong key",
    "empty key",
    "key of the other kind",
    "no algorithm",
    "no algorithm, oddly spelled",
    "another algorithm",
    "key named in the header",
    "expired",
    "without expiry",
    "not valid yet",
    "another audience",
    "claims changed",
    "truncated",
    "without signature",
    "foreign claims, own token behind",
    "no token",
)


def forged_tokens(audience: str, subject: str, key: str, other_key: str, own: str) -> dict[str, str]:
    """A forged token for ``subject`` in each of the ``WAYS``; ``own`` is the attacker's valid token."""
    claims = {"aud": audience, "sub": subject, "iat": now(), "exp": now() + timedelta(minutes=5)}
    expired = {**claims, "iat": now() - timedelta(hours=1), "exp": now() - timedelta(seconds=1)}
    endless = {name: value for name, value in claims.items() if name != "exp"}
    other = "aisle-conversation" if audience == "aisle-customer" else "aisle-customer"
    header, _, signature = own.split(".")
    foreign = jwt.encode(claims, "x" * 40).split(".")[1]
    odd = base64.urlsafe_b64encode(json.dumps({"alg": "NoNe", "typ": "JWT"}).encode()).decode().rstrip("=")
    tokens = (
        jwt.encode(claims, "another key of thirty-two characters"),
        jwt.encode(claims, "\0"),  # HMAC fills up with noughts: the same as the empty key
        jwt.encode(claims, other_key),
        jwt.encode(claims, "", algorithm="none"),
        f"{odd}.{foreign}.",
        jwt.encode(claims, key, algorithm="HS512"),
        jwt.encode(claims, "x" * 40, headers={"kid": "../../../dev/null", "jku": "https://example.org/keys"}),
        jwt.encode(expired, key),
        jwt.encode(endless, key),
        jwt.encode({**claims, "nbf": now() + timedelta(minutes=4)}, key),
        jwt.encode({**claims, "aud": other}, key),
        f"{header}.{foreign}.{signature}",
        own[:-4],
        f"{header}.{foreign}.",
        f"{header}.{foreign}.{signature}.{own}",
        "null",
    )
    return dict(zip(WAYS, tokens, strict=True))
