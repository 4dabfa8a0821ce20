"""Staff: who works in the shop, with which role, and how they prove it.

Functions take the session of a unit of work and leave the commit to the caller; the slow ones, which compute
an argon2 hash, take the database instead, so that nobody else waits for a lock meanwhile.
"""

from shop.staff.accounts import (
    Person,
    add_member,
    change_role,
    disable,
    enable,
    find_member,
    get_member,
    has_admin,
    list_members,
    reset,
)
from shop.staff.first_steps import (
    check_first_admin_link,
    choose_password,
    create_first_admin,
    first_admin_link,
    link_owner,
    password_address,
)
from shop.staff.passwords import Passwords
from shop.staff.roles import ROLES, check_role
from shop.staff.sessions import SignedIn, end_session, end_sessions, find_session, list_sessions, note_seen
from shop.staff.sign_in import Browser, change_password, sign_in, sign_out
from shop.staff.tries import SignInBlocked

__all__ = [
    "ROLES",
    "Browser",
    "Passwords",
    "Person",
    "SignInBlocked",
    "SignedIn",
    "add_member",
    "change_password",
    "change_role",
    "check_first_admin_link",
    "check_role",
    "choose_password",
    "create_first_admin",
    "disable",
    "enable",
    "end_session",
    "end_sessions",
    "find_member",
    "find_session",
    "first_admin_link",
    "get_member",
    "has_admin",
    "link_owner",
    "list_members",
    "list_sessions",
    "note_seen",
    "password_address",
    "reset",
    "sign_in",
    "sign_out",
]
