"""Opening the database: SQLite in WAL mode by default, PostgreSQL by URL; and what the two say differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, func
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool


def open_engine(url: str) -> Engine:
    """An engine for ``url``. SQLite gets WAL, foreign keys, and five seconds of patience with a lock."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, future=True, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # SQLAlchemy opens a connection for each use of a SQLite file; kept ones are several times faster.
    arguments = {"check_same_thread": False, "timeout": 5}
    engine = create_engine(url, future=True, connect_args=arguments, poolclass=QueuePool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_sessions(engine: Engine) -> sessionmaker:
    """A factory of sessions in 2.0 style."""
    return sessionmaker(engine, future=True, expire_on_commit=False)


def utc_day(session: Session, column: Any) -> Any:
    """The UTC day of a time: ISO text on SQLite, a date on PostgreSQL; ``str`` of it is the same on both."""
    in_utc = column if session.get_bind().dialect.name == "sqlite" else func.timezone("UTC", column)
    return func.date(in_utc)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    cursor = connection.cursor()
    # What is deleted is overwritten at once: erased customers shall not be read off the file's free pages.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that reads first and writes later fails at once when another wrote in between
    # (SQLITE_BUSY_SNAPSHOT, no patience applies); read-only work opts out with execution_options(read_only=True).
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
