"""Changes of orders and accounts: what was proposed to a customer, and what came of it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, UniqueConstraint

from shop.tables.base import Base, UtcDateTime


class ChangeProposal(Base):
    """A change that a customer asked for. ``state``: proposed, committed, withdrawn, refused.

    Nothing but ``shop.changes`` writes these rows, and no order changes for a customer without one that is
    committed.
    """

    __tablename__ = "change_proposals"
    __table_args__ = (
        UniqueConstraint("conversation_id", "key"),
        Index("ix_change_proposals_order_id_state", "order_id", "state"),
    )
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False)
    customer_id = Column(ForeignKey("customers.id"), nullable=False, index=True)
    order_id = Column(ForeignKey("orders.id"), nullable=True)  # empty: the change is of the account
    kind = Column(String(30), nullable=False)  # cancel_order, return_item, ...: shop.policy.Kind
    key = Column(String(80), nullable=False)  # the same key proposes once, however often a message is repeated
    state = Column(String(10), nullable=False, default="proposed")
    # {"wish": ..., "plan": ...} from the start, then "done" (the plan as carried out) or "refusal"
    detail = Column(JSON, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    committed_at = Column(UtcDateTime, nullable=True)
    completed_at = Column(UtcDateTime, nullable=True)  # later than committed_at where goods have to come back first
