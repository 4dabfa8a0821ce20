"""What all tests share: one running system, and one browser, for those that drive the whole product."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from shop.database import open_engine
from shop.demo.load import load_shop, make_shop
from shop.migrations import upgrade
from shop.unit_of_work import Database
from tests.chromium import NoBrowser, open_chromium
from tests.running_system import RunningSystem, start_system

#: A page on a busy machine is slow, not wrong.
PATIENCE_MILLISECONDS = 20_000


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """The whole system, real in every part, for the session."""
    running = start_system(tmp_path_factory.mktemp("shop"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo shop, for reading only: it is made once for all tests."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'aisle.db'}"
    upgrade(url)
    database = Database(open_engine(url))
    load_shop(database, make_shop(7, date(2026, 11, 23)))
    yield database
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium. Skips, loudly, only where there is no way to get one."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    try:
        yield from open_chromium()
    except NoBrowser as reason:
        warnings.warn(f"THE BROWSER TESTS DID NOT RUN: {reason}", stacklevel=1)
        pytest.skip(f"THE BROWSER TESTS DID NOT RUN: {reason}")
