"""The trained model for tests; they are skipped, and say why, where none was trained."""

from __future__ import annotations

import pytest

from language.served import newest_served
from language.understanding import Understanding
from shop.errors import NotReady
from shop.settings import get_settings


def open_served() -> Understanding:
    """Load the newest model of this machine."""
    try:
        return Understanding.load(newest_served(get_settings().state_dir))
    except NotReady as error:
        pytest.skip(str(error))
