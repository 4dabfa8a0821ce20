"""What staff may be."""

from __future__ import annotations

from shop.errors import BadInput

#: Role -> what whoever has it may do. Each page names the roles it is for; an admin may use all of them.
ROLES = {
    "viewer": "reads the knowledge base and its figures",
    "lead": "writes and publishes articles",
    "trainer": "labels messages, retrains and promotes models",
    "agent": "answers conversations that wait for a person",
    "admin": "manages people, and may do everything",
}


def check_role(role: str) -> str:
    """The role as given. Raises BadInput when there is none of that name."""
    if role not in ROLES:
        raise BadInput(f"There is no role {role!r}; choose one of {', '.join(ROLES)}.")
    return role
