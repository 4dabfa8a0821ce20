"""What Alembic runs: the migrations in one transaction on the database of the configuration."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from shop.database import open_engine
from shop.tables import Base, UtcDateTime

# Any number that nothing else in the database locks; two processes that start at once migrate one by one.
_ADVISORY_LOCK = 721_003


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our time type as SQLAlchemy's own, so that old revisions do not depend on our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def number_revisions(migration: MigrationContext, revision: Any, directives: list[MigrationScript]) -> None:
    """Name revisions 0001, 0002, ... instead of by random letters."""
    head = migration.get_current_revision()
    for directive in directives:
        directive.rev_id = f"{int(head or 0) + 1:04d}"


def migrate(connection: Connection) -> None:
    """Run what Alembic was asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite cannot alter a column: Alembic copies the table
        render_item=render_item,
        compare_type=True,
        process_revision_directives=number_revisions,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Open the database, migrate, close it."""
    engine = open_engine(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # Below SQLAlchemy, which would begin first: the pragma does nothing within a transaction, and
                # copying a table would trip over the keys that point at it.
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
                migrate(connection)
    finally:
        engine.dispose()


run()
