"""``make chat``: talk to a running shop from the terminal."""

from __future__ import annotations

import httpx
import typer
from rich.console import Console

from shop.errors import Unavailable
from shop.settings import get_settings
from web.client import ChatClient, Event
from web.gateway.tokens import Tokens

console = Console()


def main(
    language: str = typer.Option("en", help="en or zh"),
    customer: str = typer.Option("", help="Sign in as this customer of the demo shop, for example demo-emma."),
) -> None:
    """Send what you type, print what comes back. A number taps the choice of that number; Ctrl-D ends."""
    settings = get_settings()
    token = Tokens(settings).for_customer(customer) if customer else None
    client = ChatClient(f"http://127.0.0.1:{settings.port}", token, language)
    try:
        client.open()
    except httpx.HTTPError as error:
        console.print(f"[red]No shop answers on port {settings.port} ({error}). Start it with `make run`.[/red]")
        raise typer.Exit(1) from error
    choices: list[dict[str, str]] = []
    while True:
        try:
            text = console.input("[bold cyan]> [/bold cyan]").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if text:
            choices = _turn(client, text, choices)


def _turn(client: ChatClient, text: str, choices: list[dict[str, str]]) -> list[dict[str, str]]:
    tapped = choices[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(choices) else None
    seq = client.send(choice=tapped["id"]) if tapped else client.send(text=text)
    try:
        answers = client.wait_for_answer(seq)
    except Unavailable as error:
        console.print(f"[red]{error}[/red]")
        return []
    for event in answers:
        _print(event)
    return [choice for event in answers for choice in event.get("choices") or []]


def _print(event: Event) -> None:
    if event["text"]:
        console.print(f"[green]{event['author']}[/green] {event['text']}", markup=True, highlight=False)
    if "order" in event:
        order = event["order"]
        console.print(f"  [dim]{order['number']} · {order['status_text']}[/dim]", highlight=False)
        for entry in order["timeline"]:
            console.print(f"  [dim]{entry['at']}  {entry['text']}[/dim]", highlight=False)
    for product in event.get("products") or []:
        price = product["price"]
        console.print(f"  [dim]{product['name']} · {price['amount']} {price['currency']}[/dim]", highlight=False)
    for number, choice in enumerate(event.get("choices") or [], 1):
        console.print(f"  [cyan][{number}][/cyan] {choice['title']}", highlight=False)


if __name__ == "__main__":
    typer.run(main)
