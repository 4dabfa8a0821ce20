"""The logs as training data: each typed message redacted, with its reading, what came of it, and why to look at it.

Import from here.
"""

from training.logs.collecting import Collected, collect
from training.logs.outcomes import OUTCOMES
from training.logs.reasons import REASONS, Reason

__all__ = ["OUTCOMES", "REASONS", "Collected", "Reason", "collect"]
