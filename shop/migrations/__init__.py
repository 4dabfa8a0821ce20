"""The history of the tables. Alembic is configured here, in code, so that a URL is all it needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(url: str) -> None:
    """Bring the database at ``url`` (an SQLAlchemy URL) to the newest tables; nothing happens where it is."""
    command.upgrade(_config(url), "head")


def write_revision(url: str, message: str) -> None:
    """Write the next revision into ``versions/`` from what the models have and the database at ``url`` lacks."""
    command.revision(_config(url), message=message, autogenerate=True)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url  # an attribute, because passwords may hold a % sign
    return config
