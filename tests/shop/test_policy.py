"""The policy file: the demo shop's, another shop's, and what is wrong with broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml

from shop.errors import BadInput, NotAllowed, RefusalCode
from shop.policy import Kind, Policy, load_policy
from tests.shop.small_shop import DOCS, demo_policy, tau2_policy

ARTICLES = Path(__file__).parents[2] / "knowledge" / "demo_articles" / "en"


def test_the_demo_shop_offers_every_change() -> None:
    policy = load_policy()
    for kind in get_args(Kind):
        assert policy.rule(kind) is not None


def test_the_demo_policy_and_the_help_articles_say_the_same() -> None:
    policy = load_policy()
    assert policy.changes.return_item is not None
    assert policy.changes.exchange_item is not None
    returns, times = (ARTICLES / "return-item.md").read_text(), (ARTICLES / "refund-time.md").read_text()
    exchanges = (ARTICLES / "exchange-item.md").read_text()
    assert f"within {policy.changes.return_item.window_days} days of delivery" in returns
    assert f"within {policy.changes.exchange_item.window_days} days of delivery" in exchanges
    for kind in ("credit_card", "paypal"):
        assert "within {} to {} business days".format(*policy.refund_business_days[kind]) in times
    assert f"takes up to {policy.goods_check_business_days} business days" in times
    assert "always goes to the payment method you paid with" in times
    assert policy.changes.return_item.refund_to == ("original",)


def test_the_other_shops_policy_in_the_docs_is_valid() -> None:
    policy = tau2_policy()
    assert policy.identity == ("email", "name_and_postcode")
    assert policy.changes.change_address is not None
    assert policy.changes.change_address.not_after == ("change_items",)


def test_every_refusal_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [code for code in get_args(RefusalCode) if f"| `{code}` |" not in text] == []


def test_every_word_of_the_format_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    words = set(Policy.model_fields)
    for field in Policy.model_fields["changes"].annotation.model_fields.values():  # type: ignore[union-attr]
        rule = get_args(field.annotation)[0]
        words |= set(rule.model_fields)
    assert [word for word in sorted(words) if f"`{word}`" not in text] == []


def test_a_change_that_is_left_out_is_not_offered() -> None:
    policy = demo_policy(change_payment=None)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed) as refused:
        policy.rule("change_payment")
    assert refused.value.code == "not_offered"


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("changes", "cancel_order", "states"), ["pendign"], "changes.cancel_order.states.0"),
        (("changes", "cancel_order", "reasons"), [], "changes.cancel_order.reasons"),
        (("changes", "return_item", "window"), 30, "changes.return_item.window"),
        (("changes", "return_item", "refund_to"), ["cash"], "changes.return_item.refund_to.0"),
        (("changes", "exchange_item", "window_days"), -1, "changes.exchange_item.window_days"),
        (("changes", "change_items", "money"), "on_receipt", "changes.change_items.money"),
        (("refund_business_days", "paypal"), [7, 5], "paypal must count up from 0, got 7 to 5"),
        (("refund_business_days",), {"paypal": [5, 7]}, "says nothing of credit_card"),
        (("identity",), [], "identity"),
    ],
)
def test_a_fault_is_named_with_its_place(path: tuple[str, ...], value: object, fault: str, tmp_path: Path) -> None:
    data = load_policy().model_dump(mode="json")
    part = data
    for word in path[:-1]:
        part = part[word]
    part[path[-1]] = value
    file = tmp_path / "policy.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True))
    with pytest.raises(BadInput, match=r"policy\.yml") as raised:
        load_policy(file)
    assert fault in str(raised.value)


@pytest.mark.parametrize("text", ["- a list", "changes: [", ""])
def test_a_file_that_is_no_policy_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yml"
    file.write_text(text)
    with pytest.raises(BadInput, match=r"policy\.yml"):
        load_policy(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.yml"):
        load_policy(tmp_path / "nowhere.yml")
