"""Proposals and commits: done once, checked again, kept apart, written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop import changes
from shop.changes import CancelOrder, ChangeItems, ChangePayment, ItemChoice, Receipt, ReturnItem, Swap
from shop.errors import BadInput, NotAllowed, NotFound, Refused
from shop.tables import AuditEntry, ChangeProposal, Conversation, Order, Payment, PaymentMethod, Variant
from shop.unit_of_work import Database
from tests.shop.small_shop import SmallShop, small_shop


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return small_shop(database)


def cancelling(number: str) -> CancelOrder:
    return CancelOrder(order_number=number, reason="no longer needed")


def to_white(shop: SmallShop, number: str) -> ChangeItems:
    swaps = (Swap(item_id=shop.items(number)["black"], variant_id=shop.variants["white"]),)
    return ChangeItems(order_number=number, swaps=swaps, payment_method_id=shop.methods["gift"])


def at_once(calls: list[Any]) -> list[Any]:
    """What each call gave or raised."""

    def outcome(call: Any) -> Any:
        try:
            return call()
        except Refused as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(outcome, calls))


def test_a_second_commit_gives_the_same_receipt_and_does_nothing(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 4_495})
    proposal = shop.propose(cancelling(number))
    first = shop.commit(proposal.id)
    assert shop.commit(proposal.id) == first
    assert (shop.balance(), shop.stock("black"), len(shop.look(number).payments)) == (10_495, 4, 2)


def test_commits_at_once_do_it_once(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 4_495})
    proposal = shop.propose(cancelling(number))
    receipts = at_once([lambda: shop.commit(proposal.id)] * 4)
    assert receipts == [receipts[0]] * 4
    assert isinstance(receipts[0], Receipt)
    assert (shop.balance(), shop.stock("black"), len(shop.look(number).payments)) == (10_495, 4, 2)


def test_the_last_piece_is_sold_once(shop: SmallShop) -> None:
    shop.set(Variant, shop.variants["white"], stock=1)
    numbers = [shop.order("pending", {"black": 1}, {"card": 4_495}) for _ in range(3)]
    proposals = [shop.propose(to_white(shop, number)) for number in numbers]
    outcomes = at_once([lambda p=proposal: shop.commit(p.id) for proposal in proposals])
    assert sorted(getattr(outcome, "code", "done") for outcome in outcomes) == ["done", "sold_out", "sold_out"]
    assert shop.stock("white") == 0


def test_a_gift_card_is_spent_once(shop: SmallShop) -> None:
    numbers = [shop.order("pending", {"black": 1}, {"card": 4_495}) for _ in range(3)]
    gift = shop.methods["gift"]
    proposals = [shop.propose(ChangePayment(order_number=number, payment_method_id=gift)) for number in numbers]
    outcomes = at_once([lambda p=proposal: shop.commit(p.id) for proposal in proposals])
    codes = sorted(getattr(outcome, "code", "done") for outcome in outcomes)
    assert codes == ["done", "gift_card_too_small", "gift_card_too_small"]
    assert shop.balance() == 6_000 - 4_495


def test_a_key_proposes_once_and_for_one_wish(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    found = at_once([lambda: shop.propose(cancelling(number), key="message-7")] * 3)
    assert found == [found[0]] * 3
    assert shop.propose(cancelling(number)).id != found[0].id
    with pytest.raises(BadInput, match="message-7"):
        shop.propose(to_white(shop, number), key="message-7")
    shop.commit(found[0].id)
    assert shop.propose(cancelling(number), key="message-7").state == "committed"


def test_rules_hold_again_at_commit_and_a_refusal_is_kept(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(cancelling(number))
    shop.set(Order, shop.look(number).id, status="processed")
    for _ in range(2):
        with pytest.raises(NotAllowed) as refused:
            shop.commit(proposal.id)
        assert refused.value.code == "wrong_state"
        shop.set(Order, shop.look(number).id, status="pending")  # it stays refused all the same
    assert shop.paid(number) == {"card": 4_495}
    assert shop.withdraw(proposal.id).state == "refused"


def test_what_was_shown_is_what_happens_or_nothing_does(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(to_white(shop, number))
    shop.set(Variant, shop.variants["white"], price_cents=5_100)
    with pytest.raises(NotAllowed) as refused:
        shop.commit(proposal.id)
    assert refused.value.code == "changed_since"
    assert shop.paid(number) == {"card": 4_495}
    assert shop.propose(to_white(shop, number)).plan.total.cents == 1_100


def test_of_two_proposals_for_the_same_thing_one_is_made(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    wish = ReturnItem(order_number=number, items=(ItemChoice(item_id=shop.items(number)["black"]),), reason="other")
    first, second = shop.propose(wish), shop.propose(wish)
    shop.commit(second.id)
    with pytest.raises(NotAllowed) as refused:
        shop.commit(first.id)
    assert refused.value.code == "item_already_returned"


def test_a_withdrawn_proposal_is_not_made(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(cancelling(number))
    assert [shop.withdraw(proposal.id).state for _ in range(2)] == ["withdrawn"] * 2
    with pytest.raises(NotAllowed) as refused:
        shop.commit(proposal.id)
    assert refused.value.code == "withdrawn"
    made = shop.make(cancelling(number))
    with pytest.raises(NotAllowed) as refused:
        shop.withdraw(made.proposal_id)
    assert refused.value.code == "already_done"


def test_an_abandoned_commit_did_nothing(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 4_495})
    proposal = shop.propose(cancelling(number))
    with shop.database.work() as unit:  # the process dies before the unit of work is kept
        changes.commit(unit.session, shop.policy, shop.conversation_id, proposal.id)
    assert (shop.look(number).status, shop.balance()) == ("pending", 6_000)
    shop.commit(proposal.id)
    assert (shop.look(number).status, shop.balance()) == ("cancelled", 10_495)


def test_nobody_elses_things_exist(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(cancelling(number))
    other_id, other_methods = shop.customer()
    other = shop.conversation(other_id)
    for attempt in (
        lambda: shop.propose(cancelling(number), conversation_id=other),
        lambda: shop.commit(proposal.id, other),
        lambda: shop.withdraw(proposal.id, other),
        lambda: shop.propose(ChangePayment(order_number=number, payment_method_id=other_methods["card"])),
    ):
        with pytest.raises(NotFound) as theirs:
            attempt()
        assert "6" not in str(theirs.value).replace(number, "")
    with pytest.raises(NotFound) as unknown:
        shop.propose(cancelling("#W0000001"), conversation_id=other)
    with pytest.raises(NotFound) as known:
        shop.propose(cancelling(number), conversation_id=other)
    assert str(unknown.value).replace("#W0000001", number) == str(known.value)
    assert shop.look(number).status == "pending"


def test_a_proposal_belongs_to_its_conversation_and_its_customer(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(cancelling(number))
    with pytest.raises(NotFound):
        shop.commit(proposal.id, shop.conversation(shop.customer_id))
    shop.set(Conversation, shop.conversation_id, customer_id=shop.customer()[0])
    with pytest.raises(NotFound):
        shop.commit(proposal.id)


def test_a_stranger_may_do_nothing(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    for conversation_id in (shop.conversation(None), "no such conversation"):
        with pytest.raises(NotAllowed) as refused:
            shop.propose(cancelling(number), conversation_id=conversation_id)
        assert refused.value.code == "not_identified"


def test_a_commit_is_written_down_once(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    proposal = shop.propose(cancelling(number))
    shop.commit(proposal.id)
    shop.commit(proposal.id)
    with shop.database.read() as unit:
        (entry,) = unit.session.query(AuditEntry).all()
        row = unit.session.query(ChangeProposal).one()
        unit.session.expunge_all()
    assert (entry.actor, entry.action) == (f"conversation:{shop.conversation_id}", "cancel_order")
    assert entry.subject == f"order:{number}"
    assert entry.detail["moves"][0]["cents"] == -4_495
    assert (row.state, row.completed_at) == ("committed", row.committed_at)


def test_a_proposal_writes_nothing_but_itself(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.propose(cancelling(number))
    with pytest.raises(NotAllowed):
        shop.propose(CancelOrder(order_number=number, reason="boredom"))
    with shop.database.read() as unit:
        session = unit.session
        assert [session.query(table).count() for table in (ChangeProposal, AuditEntry, Payment)] == [1, 0, 1]
        assert session.get(PaymentMethod, shop.methods["gift"]).balance_cents == 6_000
