"""An empty, migrated database for each test: on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import OperationalError

from shop.database import open_engine
from shop.migrations import upgrade
from shop.tables import Base
from shop.unit_of_work import Database

# Where a PostgreSQL server may answer, unless AISLE_TEST_POSTGRESQL_URL names one.
LOCAL_SERVERS = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://root@127.0.0.1:5432/postgres")


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """URL of a PostgreSQL server on which databases may be made. Skips, with a warning, where none answers."""
    given = os.environ.get("AISLE_TEST_POSTGRESQL_URL")
    for url in (given,) if given else LOCAL_SERVERS:
        try:
            _run(url, "SELECT 1")
        except OperationalError:
            continue
        return url
    reason = f"no PostgreSQL answers at {given or ' or '.join(LOCAL_SERVERS)}; set AISLE_TEST_POSTGRESQL_URL"
    warnings.warn(reason, stacklevel=1)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of a migrated PostgreSQL database of this test session, dropped at its end."""
    name = f"aisle_test_{uuid.uuid4().hex}"
    _run(postgresql_server, f"CREATE DATABASE {name}")
    url = make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    yield url
    _run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty shop."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "aisle.db")
        url = f"sqlite:///{tmp_path / 'aisle.db'}"
    else:
        url = request.getfixturevalue("postgresql_url")
        tables = ", ".join(Base.metadata.tables)
        _run(url, f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    database = Database(open_engine(url))
    yield database
    database.close()


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, future=True, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
