"""The trained model for tests; they are skipped, and say why, where none was trained."""

from __future__ import annotations

import pytest

from language.understanding import Understanding
from shop.errors import NotReady
from shop.settings import get_settings
from training.models.serving import served_now


def open_served() -> Understanding:
    """Load the model that serves on this machine."""
    try:
        return Understanding.load(served_now(get_settings()))
    except NotReady as error:
        pytest.skip(str(error))
