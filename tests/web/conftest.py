"""The web application on a real database, with a stand-in where Rasa would be."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.migrations import upgrade
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.web.insiders import Browser
from tests.web.served import served
from tests.web.stand_in import StandIn
from tests.web.training_room import Workbench, open_workbench


@pytest.fixture
def rasa() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path, rasa: StandIn) -> Settings:
    shutil.copy(empty_database, tmp_path / "aisle.db")
    return Settings(
        state_dir=tmp_path,
        database_url="",
        host="127.0.0.1",  # with the port, what links are printed with, whatever the environment says
        port=8080,
        public_url="",
        rasa_port=rasa.port,
        actions_port=rasa.port,
        turn_timeout_seconds=5,
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database.from_settings(settings)
    yield database
    database.close()


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with served(settings) as address:
        yield address


@pytest.fixture
def room(tmp_path: Path, empty_database: Path) -> Iterator[Workbench]:
    """A workbench of its own for a test."""
    with open_workbench(tmp_path, empty_database) as opened:
        yield opened


@pytest.fixture
def tara(room: Workbench) -> Browser:
    """A trainer who is signed in there."""
    return room.browser()
