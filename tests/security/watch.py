"""What no attempt may do: let an attacker read what is a victim's, or change a row that is not the attacker's."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from tests.security.people import Victim

_OTHERS = "(select id from orders where customer_id <= :last)"
_TALKS = "(select id from conversations where customer_id <= :last)"
#: Every row that belongs to customers up to number ``last``: the victims and all bystanders of the demo shop.
_ROWS = {
    "customers": "id <= :last",
    **dict.fromkeys(("addresses", "payment_methods", "orders", "change_proposals"), "customer_id <= :last"),
    "conversations": "customer_id <= :last",
    **dict.fromkeys(("order_items", "shipments", "payments"), f"order_id in {_OTHERS}"),
    **dict.fromkeys(("messages", "handovers", "dialogue_states", "one_time_codes"), f"conversation_id in {_TALKS}"),
    "audit_entries": f"actor in (select 'conversation:' || id from conversations where id in {_TALKS})",
}

Rows = dict[str, set[Any]]


def rows_of_others(session: Any, last: int) -> Rows:
    """All that the customers up to number ``last`` have in the shop, conversations bound to them included."""
    queries = {table: text(f"select * from {table} where {which}") for table, which in _ROWS.items()}
    return {table: {tuple(row) for row in session.execute(query, {"last": last})} for table, query in queries.items()}


def changed(before: Rows, after: Rows) -> Rows:
    """The rows of each table that are new, gone or different."""
    return {table: before[table] ^ after[table] for table in _ROWS if before[table] != after[table]}


def leaks(answers: Any, typed: Iterable[str], victims: Iterable[Victim]) -> list[str]:
    """The victims' private strings in an answer (text, cards, choices), but for what the attacker typed."""
    shown = folded(json.dumps(answers, ensure_ascii=False, default=str))
    said = folded("\n".join(typed))
    digits = re.sub(r"[\W_]+", "", said)
    secrets = [secret for victim in victims for secret in victim.secrets]
    return [s for s in secrets if folded(s) in shown and folded(s) not in said and folded(s) not in digits]


def folded(words: str) -> str:
    """In the plainest form: full-width and ligature forms resolved, lower case."""
    return unicodedata.normalize("NFKC", words).casefold()
