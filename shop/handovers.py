"""``python -m shop handovers``: who waits for a person, until the agents' page exists."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import select

from shop.conversations import append_agent_message, return_to_bot
from shop.settings import get_settings
from shop.tables import Handover
from shop.unit_of_work import Database

app = typer.Typer(help="Conversations handed over to a person.", no_args_is_help=True)
console = Console()

_Conversation = Annotated[str, typer.Argument(help="The conversation, as `list` names it.")]


@app.command("list")
def list_waiting() -> None:
    """Show who waits, the longest first, with the reason and the bot's summary."""
    with Database.from_settings(get_settings()).read() as unit:
        query = select(Handover).where(Handover.returned_at.is_(None)).order_by(Handover.created_at)
        waiting = unit.session.scalars(query).all()
    for handover in waiting:
        console.print(f"[bold]{handover.conversation_id}[/bold] since {handover.created_at:%Y-%m-%d %H:%M} UTC")
        console.print(handover.summary, markup=False, highlight=False)
        console.print()
    if not waiting:
        console.print("Nobody waits for a person.")


@app.command()
def reply(
    conversation: _Conversation, text: Annotated[str, typer.Argument(help="What the shopper shall read.")]
) -> None:
    """Answer the shopper as a person."""
    with Database.from_settings(get_settings()).work() as unit:
        append_agent_message(unit.session, conversation, text)
        unit.commit()
    console.print("Sent.")


@app.command("return")
def give_back(conversation: _Conversation) -> None:
    """Give the conversation back to the bot."""
    with Database.from_settings(get_settings()).work() as unit:
        return_to_bot(unit.session, conversation)
        unit.commit()
    console.print("The assistant answers again.")
