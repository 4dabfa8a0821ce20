"""What all tests share: one running system for those that drive the whole product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running_system import RunningSystem, start_system


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """The whole system, real in every part, for the session."""
    running = start_system(tmp_path_factory.mktemp("shop"))
    yield running
    running.stop()
