"""The people who work in the shop: their accounts, where they are signed in, one-time links, tries to sign in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String

from shop.tables.base import Base, UtcDateTime


class StaffMember(Base):
    """A person's account. ``role``: viewer, lead, trainer, agent, admin. Without a password (an invitation not
    yet taken up) or disabled, nobody signs in with it."""

    __tablename__ = "staff_members"
    id = Column(Integer, primary_key=True)
    email = Column(String(200), nullable=False, unique=True)  # lower case
    name = Column(String(120), nullable=False)
    role = Column(String(10), nullable=False)
    password_hash = Column(String(200), nullable=True)  # argon2, with its parameters
    created_at = Column(UtcDateTime, nullable=False)
    signed_in_at = Column(UtcDateTime, nullable=True)
    disabled_at = Column(UtcDateTime, nullable=True)


class StaffSession(Base):
    """That a browser is signed in. Ending a session deletes its row; only the hash of its token is kept."""

    __tablename__ = "staff_sessions"
    id = Column(Integer, primary_key=True)
    staff_id = Column(ForeignKey("staff_members.id"), nullable=False, index=True)
    token_hash = Column(String(64), nullable=False, unique=True)
    browser = Column(String(200), nullable=False)  # as it names itself
    address = Column(String(45), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    seen_at = Column(UtcDateTime, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False, index=True)  # however busy the session is


class StaffLink(Base):
    """A one-time link, of which only the hash is kept. ``purpose``: first_admin (belongs to nobody yet),
    password (its owner chooses one)."""

    __tablename__ = "staff_links"
    id = Column(Integer, primary_key=True)
    purpose = Column(String(20), nullable=False)
    staff_id = Column(ForeignKey("staff_members.id"), nullable=True, index=True)
    token_hash = Column(String(64), nullable=False, unique=True)
    created_at = Column(UtcDateTime, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
    used_at = Column(UtcDateTime, nullable=True)


class SignInTry(Base):
    """One try to sign in, for counting. The account is hashed: what people type there by mistake may be a
    password."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (
        Index("ix_sign_in_tries_account_hash_at", "account_hash", "at"),
        Index("ix_sign_in_tries_address_at", "address", "at"),
    )
    id = Column(Integer, primary_key=True)
    account_hash = Column(String(64), nullable=False)
    address = Column(String(45), nullable=False)
    at = Column(UtcDateTime, nullable=False, index=True)
