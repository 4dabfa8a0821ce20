"""Noticing that an action broke during a turn.

Rasa swallows the exception (``MessageProcessor._run_action``) and only logs it, so the log is what is
watched. A context variable keeps turns that run at the same time apart.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PROCESSOR_LOG = "rasa.core.processor"
_NAME = re.compile(r"running action '([^']+)'")
_failures: ContextVar[list[str] | None] = ContextVar("failed_actions", default=None)


class _Watch(logging.Handler):
    """Notes the name of each action whose exception Rasa's processor logs."""

    def emit(self, record: logging.LogRecord) -> None:
        failures = _failures.get()
        if failures is None or not record.exc_info:
            return
        named = _NAME.search(record.getMessage())
        failures.append(named.group(1) if named else "unknown")


_watch = _Watch(level=logging.ERROR)


@contextmanager
def watch_actions() -> Iterator[list[str]]:
    """A list that fills with the names of the actions that break while the block runs."""
    logging.getLogger(_PROCESSOR_LOG).addHandler(_watch)  # adding it again does nothing
    failures: list[str] = []
    token = _failures.set(failures)
    try:
        yield failures
    finally:
        _failures.reset(token)
