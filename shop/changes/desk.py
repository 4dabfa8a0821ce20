"""The desk where changes are made: proposed, then committed with the customer's yes, or withdrawn.

Every function takes the session of a unit of work that may write and leaves the commit to the caller, who
commits also after NotAllowed, so that a refusal is remembered: whatever is raised, nothing else was written.

Who the customer is comes from the conversation's row alone. A proposal belongs to one conversation; in any
other there is no such proposal.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.changes.carrying_out import audit, carry_out, lock_rows, receive
from shop.changes.case import Case, done_plan
from shop.changes.plan import Plan, Proposal, Receipt
from shop.changes.planning import make_plan
from shop.changes.wishes import AnyWish, read_wish
from shop.clock import now
from shop.errors import BadInput, NotAllowed, NotFound
from shop.identity import customer_of
from shop.policy import Policy
from shop.tables import ChangeProposal, Conversation


def propose(session: Session, policy: Policy, conversation_id: str, wish: AnyWish, key: str = "") -> Proposal:
    """What the wish would do, kept as a proposal. Nothing else is written.

    The same ``key`` in the same conversation (say, the id of the message) gives the same proposal again, as
    it stands by then. Raises NotFound, NotAllowed, and BadInput for a key that another wish has used.
    """
    case = open_case(session, policy, conversation_id)
    # One at a time in a conversation, so that two processes with the same key make one proposal.
    session.execute(select(Conversation.id).where(Conversation.id == conversation_id).with_for_update(key_share=True))
    earlier = _by_key(session, conversation_id, key)
    if earlier is not None:
        if read_wish(earlier.detail["wish"]) != wish:
            raise BadInput(f"the key {key!r} was used for another wish")
        return _proposal(earlier)
    plan = make_plan(case, wish)
    row = ChangeProposal(
        conversation_id=conversation_id,
        customer_id=case.customer.id,
        order_id=plan.order_id,
        kind=plan.kind,
        key=key or uuid.uuid4().hex,
        state="proposed",
        detail={"wish": wish.model_dump(mode="json"), "plan": plan.model_dump(mode="json")},
        created_at=now(),
    )
    session.add(row)
    session.flush()
    return _proposal(row)


def preview(session: Session, policy: Policy, conversation_id: str, wish: AnyWish) -> Plan:
    """What the wish would do, without keeping it as a proposal. Raises like ``propose``."""
    return make_plan(open_case(session, policy, conversation_id), wish)


def commit(session: Session, policy: Policy, conversation_id: str, proposal_id: int) -> Receipt:
    """Make the change, once: asked again, it gives the same receipt and does nothing.

    All rules are checked again first, under locks. Raises NotFound where this conversation's customer has no
    such proposal, and NotAllowed where a rule no longer holds, what would happen is no longer what was
    proposed (``changed_since``), or the proposal was withdrawn; from then on the proposal stays refused.
    """
    case = open_case(session, policy, conversation_id)
    row = _locked(session, case.customer.id, conversation_id, proposal_id)
    if row.state == "committed":
        return receipt_of(row)
    if row.state == "withdrawn":
        raise NotAllowed("withdrawn", "this change was withdrawn")
    if row.state == "refused":
        raise NotAllowed(row.detail["refusal"]["code"], row.detail["refusal"]["message"])
    proposed = Plan.model_validate(row.detail["plan"])
    lock_rows(session, case.customer.id, proposed)
    try:
        _check_again(case, row, proposed)
    except NotAllowed as refusal:
        row.state = "refused"
        row.detail = {**row.detail, "refusal": {"code": refusal.code, "message": str(refusal)}}
        raise
    done = carry_out(session, case.customer, proposed)
    _close(row, done)
    audit(session, f"conversation:{conversation_id}", done.kind, done, case.customer.id)
    session.flush()
    return receipt_of(row)


def withdraw(session: Session, policy: Policy, conversation_id: str, proposal_id: int) -> Proposal:
    """The customer changed their mind. Withdrawn or refused before, it stays as it is.

    Raises NotFound like ``commit``, and NotAllowed (``already_done``) once it is committed.
    """
    case = open_case(session, policy, conversation_id)
    row = _locked(session, case.customer.id, conversation_id, proposal_id)
    if row.state == "committed":
        raise NotAllowed("already_done", "this change was made already")
    if row.state == "proposed":
        row.state = "withdrawn"
    return _proposal(row)


def receive_goods(session: Session, proposal_id: int, actor: str) -> Receipt:
    """The goods of a return or exchange are back and checked: do what waited for them, once.

    For the shop's own staff and systems (``actor``: "staff:NAME", "system"), not for conversations. Raises
    NotFound, and NotAllowed where no goods are expected or a gift card no longer holds what is due.
    """
    row = session.get(ChangeProposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no change {proposal_id}")
    if row.state != "committed" or not done_plan(row).waits_for_goods:
        raise NotAllowed("no_goods_expected", f"change {proposal_id} expects no goods")
    if row.completed_at is None:
        plan = done_plan(row)
        lock_rows(session, row.customer_id, plan)
        receive(session, plan, row.id)
        row.completed_at = now()
        audit(session, actor, "receive_goods", plan, row.customer_id)
        session.flush()
    return receipt_of(row)


def open_case(session: Session, policy: Policy, conversation_id: str) -> Case:
    """The case of this conversation's customer. Raises NotAllowed while nobody knows who that is."""
    customer = customer_of(session, conversation_id)
    if customer is None:
        raise NotAllowed("not_identified", "nobody knows yet who the customer of this conversation is")
    return Case(session, policy, customer)


def receipt_of(row: Any) -> Receipt:
    """The receipt of a committed proposal."""
    return Receipt(
        proposal_id=row.id, plan=done_plan(row), committed_at=row.committed_at, completed_at=row.completed_at
    )


def _check_again(case: Case, row: Any, proposed: Plan) -> None:
    if make_plan(case, read_wish(row.detail["wish"])) != proposed:
        raise NotAllowed("changed_since", "the order, its prices or the stock changed since this was proposed")


def _close(row: Any, done: Plan) -> None:
    row.state, row.committed_at = "committed", now()
    row.completed_at = None if done.waits_for_goods else row.committed_at
    row.detail = {**row.detail, "done": done.model_dump(mode="json")}


def _locked(session: Session, customer_id: int, conversation_id: str, proposal_id: int) -> Any:
    query = select(ChangeProposal).where(
        ChangeProposal.id == proposal_id,
        ChangeProposal.conversation_id == conversation_id,
        ChangeProposal.customer_id == customer_id,
    )
    row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("this customer has no such proposal")
    return row


def _by_key(session: Session, conversation_id: str, key: str) -> Any:
    query = select(ChangeProposal).where(ChangeProposal.conversation_id == conversation_id, ChangeProposal.key == key)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none() if key else None


def _proposal(row: Any) -> Proposal:
    return Proposal(id=row.id, state=row.state, plan=Plan.model_validate(row.detail["plan"]))
