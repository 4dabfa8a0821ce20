"""One piece of work against the database: everything in it is kept, or nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from shop.database import open_engine, open_sessions
from shop.settings import Settings


class UnitOfWork:
    """``with work() as unit: ...; unit.commit()`` — without the commit all is undone.

    The functions of the shop room take ``unit.session``.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> UnitOfWork:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        # close, not rollback: it undoes what was not committed just the same, and leaves what was read usable.
        self.session.close()

    def commit(self) -> None:
        """Keep everything done so far."""
        self.session.commit()


class Database:
    """The database of one process: an engine, and units of work on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = open_sessions(engine)

    @classmethod
    def from_settings(cls, settings: Settings) -> Database:
        """Open the database the settings name."""
        return cls(open_engine(settings.resolved_database_url))

    def work(self) -> UnitOfWork:
        """A unit of work that may write."""
        return UnitOfWork(self._sessions())

    def read(self) -> UnitOfWork:
        """A unit of work that only reads: it never waits for a writer."""
        connection: Any = self.engine.execution_options(read_only=True)
        return UnitOfWork(Session(connection, future=True, expire_on_commit=False))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
