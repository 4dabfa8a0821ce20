"""How often one address may do something, counted in this process."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

_WINDOW_SECONDS = 60.0
_MOST_KEYS = 10_000


class RateLimit:
    """At most ``per_minute`` uses of a key within any minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._uses: dict[str, deque[float]] = {}

    def use(self, key: str) -> int:
        """Count a use. Returns 0 when it is allowed, else after how many seconds to try again."""
        moment = self._clock()
        if len(self._uses) >= _MOST_KEYS and key not in self._uses:
            self._forget(moment)
        uses = self._uses.setdefault(key, deque())
        while uses and uses[0] <= moment - _WINDOW_SECONDS:
            uses.popleft()
        if len(uses) >= self._per_minute:
            return max(1, math.ceil(uses[0] + _WINDOW_SECONDS - moment))
        uses.append(moment)
        return 0

    def _forget(self, moment: float) -> None:
        """Drop the keys unused for a minute."""
        self._uses = {key: uses for key, uses in self._uses.items() if uses[-1] > moment - _WINDOW_SECONDS}
