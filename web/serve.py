"""``make run``: make what is missing, then run all processes under a supervisor until Ctrl-C.

``python -m web.serve --prepare-only`` makes what is missing and stops; the tests begin with it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from string import Template

import httpx
import typer
import yaml
from rich.console import Console

from shop.channel_secret import HEADER
from shop.errors import AisleError, Refused, Unavailable
from shop.settings import Settings, get_settings
from shop.staff import first_admin_link
from shop.unit_of_work import Database
from training.models import ensure_champion
from web.preparation import missing_steps

ROOT = Path(__file__).resolve().parent.parent
#: Rasa loads TensorFlow before it answers; on two busy cores that takes its time.
START_TIMEOUT_SECONDS = 180
#: What no shopper waits for must not slow the start.
_STARTED_LAST = ("worker", "trainer")

console = Console(stderr=True)
app = typer.Typer(add_completion=False)


@app.command()
def main(prepare_only: bool = typer.Option(False, help="Make what is missing and stop.")) -> None:
    """Make what is missing, then serve the demo shop."""
    os.chdir(ROOT)
    settings = get_settings()
    try:
        prepare(settings)
        if not prepare_only:
            serve(settings)
    except AisleError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


def prepare(settings: Settings) -> None:
    """Run the steps whose result is missing or out of date, each in a process of its own."""
    steps = missing_steps(settings)
    for number, step in enumerate(steps, 1):
        console.print(f"[bold]{number}/{len(steps)} {step.title}[/bold] [dim]({step.usual_duration})[/dim]")
        started = time.monotonic()
        result = subprocess.run([sys.executable, *step.command], env=_environment(settings), check=False)  # noqa: S603
        if result.returncode != 0:
            command = " ".join(["python", *step.command])
            raise Unavailable(f"{step.title}: failed. What went wrong stands above; try it alone with `{command}`.")
        console.print(f"    done in {time.monotonic() - started:.0f} s")


def serve(settings: Settings) -> None:
    """Run all processes until a signal or until the supervisor ends."""
    _check_ports(settings)
    database = Database.from_settings(settings)
    ensure_champion(database, settings)
    database.close()
    config = write_configuration(settings)
    supervisor = subprocess.Popen(  # noqa: S603 - our own configuration
        [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(config)],
        env=_environment(settings),
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches only us; we tell the supervisor, which stops its processes in turn
    )
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _wait_until_ready(settings, supervisor)
        for name in _STARTED_LAST:
            _start(name, config, settings)
        console.print(f"\n[green]{settings.shop_name} is open:[/green] http://{settings.host}:{settings.port}")
        print_way_inside(settings)
        console.print(f"[dim]Logs: {settings.state_dir / 'log'}   Chat here: make chat   Stop: Ctrl-C[/dim]")
        supervisor.wait()
    except KeyboardInterrupt:
        console.print("\nStopping ...")
    finally:
        supervisor.terminate()
        supervisor.wait()


def write_configuration(settings: Settings) -> Path:
    """The supervisor's configuration and Rasa's endpoints for these settings, in the state folder."""
    state = settings.state_dir.resolve()
    run = state / "run"
    for folder in (run, state / "log"):
        folder.mkdir(parents=True, exist_ok=True)
    endpoints = yaml.safe_load((ROOT / "bot" / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{settings.actions_port}/webhook"
    endpoints["action_endpoint"]["headers"] = {HEADER: settings.channel_secret}
    endpoints["models"] = {
        "url": f"{settings.loopback_url}/internal/model",
        "wait_time_between_pulls": 0,  # bot/channels/following.py goes on asking
        "follow_seconds": settings.model_pull_seconds,
        "headers": {HEADER: settings.channel_secret},
    }
    written = run / "endpoints.yml"
    written.touch(mode=0o600)
    written.write_text(yaml.safe_dump(endpoints), "utf-8")
    template = Template((ROOT / "web" / "supervisord.conf").read_text("utf-8"))
    values = {"python": sys.executable, "root": str(ROOT), "state": str(state), "rasa_port": str(settings.rasa_port)}
    config = run / "supervisord.conf"
    config.write_text(template.substitute(values), "utf-8")
    return config


def _environment(settings: Settings) -> dict[str, str]:
    fixed = {
        "PYTHONPATH": str(ROOT),
        "AISLE_STATE_DIR": str(settings.state_dir.resolve()),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    return {**os.environ, **fixed}


def _check_ports(settings: Settings) -> None:
    for name, port in (
        ("port", settings.port),
        ("rasa_port", settings.rasa_port),
        ("actions_port", settings.actions_port),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                hint = f"stop that, or choose another with AISLE_{name.upper()}"
                raise Refused(f"Port {port} is in use by another program: {hint}.") from error


def _wait_until_ready(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    url = f"http://127.0.0.1:{settings.port}/ready"
    with console.status("Starting ...") as status:
        while time.monotonic() < deadline:
            if supervisor.poll() is not None:
                raise Unavailable(f"The supervisor ended; see {settings.state_dir / 'log'}.")
            waiting_for = _waiting_for(url)
            if not waiting_for:
                return
            status.update(f"Starting: waiting for {', '.join(waiting_for)} ...")
            time.sleep(0.5)
    raise Unavailable(f"Not ready after {START_TIMEOUT_SECONDS} s; see {settings.state_dir / 'log'}.")


def _start(name: str, config: Path, settings: Settings) -> None:
    command = [sys.executable, "-m", "supervisor.supervisorctl", "--configuration", str(config), "start", name]
    result = subprocess.run(command, env=_environment(settings), capture_output=True, text=True, check=False)  # noqa: S603
    if "started" not in result.stdout:
        console.print(f"[yellow]The {name} did not start: {result.stdout.strip()}[/yellow]")


def print_way_inside(settings: Settings) -> None:
    """Say where staff sign in, or, while no admin can, print a new link that makes the first one."""
    database = Database.from_settings(settings)
    try:
        with database.work() as unit:
            link = first_admin_link(unit.session, settings)
            unit.commit()
    finally:
        database.close()
    if link is None:
        console.print(f"Inside pages: {settings.resolved_public_url}/staff")
        return
    hours = settings.staff_link_hours
    console.print(f"[bold]Nobody can sign in yet.[/bold] This link makes the first admin, once, within {hours} h:")
    console.print(link, markup=False, soft_wrap=True)


def _waiting_for(url: str) -> list[str]:
    try:
        answer = httpx.get(url, timeout=5)
    except httpx.HTTPError:
        return ["web"]
    return [] if answer.status_code == 200 else list(answer.json().get("waiting_for", ["web"]))


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    app()
