"""Figures for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.turns = Counter("aisle_turns", "Messages answered, by outcome.", ["outcome"], registry=self._registry)
        self.seconds = Histogram(
            "aisle_turn_seconds",
            "From taking a message up to its stored answer.",
            buckets=(0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15),
            registry=self._registry,
        )
        self.failures = Counter("aisle_turn_failures", "Turns that failed, by kind.", ["kind"], registry=self._registry)
        self.streams = Gauge("aisle_event_streams", "Open event streams.", registry=self._registry)

    def turn(self, outcome: str, seconds: float) -> None:
        """Count a finished turn. Only turns of the bot are timed."""
        self.turns.labels(outcome).inc()
        if seconds:
            self.seconds.observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
