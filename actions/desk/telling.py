"""What the order desk says: what a change will do, what it did, and why one is not possible."""

from __future__ import annotations

from collections.abc import Iterable

from actions.turn import Turn
from actions.wording import has_word, joined, word
from shop.changes import Line, MoneyMove, Plan
from shop.errors import NotAllowed
from shop.money import Money
from shop.orders import OrderView, address_view
from shop.policy import Reason


def say_summary(turn: Turn, plan: Plan) -> None:
    """Exactly what a plan will do, item by item, with the money; and the question whether to do it."""
    language = turn.language
    what = word("change_summary", plan.kind, language).format(**_facts(plan, language))
    details = [*(_line(plan, line, language) for line in plan.lines), *money_lines(plan, language)]
    turn.say("utter_change_summary", what="\n• ".join([what, *details]))
    turn.say("utter_ask_confirm")
    turn.offer("accept", "decline")


def say_done(turn: Turn, plan: Plan) -> None:
    """The receipt."""
    language = turn.language
    what = word("change_done", plan.kind, language).format(**_facts(plan, language))
    stop = "。" if language == "zh" else "."
    turn.say("utter_change_done", what=" ".join([what, *(f"{part}{stop}" for part in money_lines(plan, language))]))


def say_refused(turn: Turn, refusal: NotAllowed, order: OrderView | None, reasons: Iterable[Reason] = ()) -> None:
    """Why the shop's rules do not allow it."""
    language = turn.language
    code = refusal.code if has_word("refusal", refusal.code) else "not_offered"
    why = word("refusal", code, language).format(
        number=order.number if order else "",
        status=word("order_status", order.status, language) if order else "",
        reasons=joined([getattr(reason, language) for reason in reasons], language),
    )
    turn.say("utter_change_refused", why=why)


def signed(money: Money) -> str:
    """A price difference with its sign: ``+$5.00``."""
    return f"{'-' if money.cents < 0 else '+'}{Money.from_cents(abs(money.cents), money.currency)}"


def _facts(plan: Plan, language: str) -> dict[str, str]:
    after = plan.address_after or {}
    charged = [move.label for move in plan.moves if move.cents > 0]
    return {
        "number": plan.order_number,
        "address": address_view({**after, "name": ""}).text if after else "",
        "items": joined([line.names[language] for line in plan.lines], language),
        "method": charged[0] if charged else "",
    }


def _line(plan: Plan, line: Line, language: str) -> str:
    count = f"{line.quantity} × " if line.quantity > 1 else ""
    name = f"{count}{line.names[language]}"
    if line.new_variant_id is None:
        return f"{name} ({line.options[language]}) {plan.amount(line.quantity * line.unit_cents)}"
    difference = signed(plan.amount(line.difference_cents))
    return f"{name}: {line.options[language]} → {line.new_options[language]} ({difference})"


def money_lines(plan: Plan, language: str, waits: bool = True) -> list[str]:
    """What is charged and refunded, to which method and when, a line each.

    ``waits``: whether goods that have to come back are not there yet.
    """
    if not plan.moves:
        swap = plan.kind in ("change_items", "exchange_item")
        return [word("money", "even", language)] if swap else []
    later = waits and plan.money == "on_receipt"
    return [_move(plan, move, later, language) for move in plan.moves]


def _move(plan: Plan, move: MoneyMove, later: bool, language: str) -> str:
    key = "charge" if move.cents > 0 else "refund"
    days = f"{move.from_days}-{move.to_days}" if move.from_days != move.to_days else str(move.to_days)
    parts = [word("money", key, language).format(amount=plan.amount(abs(move.cents)), method=move.label)]
    if later:
        parts.append(word("money", "after_goods", language))
    if move.cents < 0 and move.to_days:
        parts.append(word("money", "days", language).format(days=days))
    return "".join(parts)
