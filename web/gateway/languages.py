"""Which of our languages a browser asks for."""

from __future__ import annotations

from shop.conversations import LANGUAGES


def preferred(accept_language: str | None, default: str = "en") -> str:
    """The best of our languages in an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    wanted = [_weighted(part) for part in (accept_language or "").split(",")]
    for quality, language in sorted(wanted, key=lambda pair: -pair[0]):
        if language in LANGUAGES and quality > 0:
            return language
    return default


def _weighted(part: str) -> tuple[float, str]:
    tag, _, parameters = part.partition(";")
    name, _, value = parameters.strip().partition("=")
    try:
        quality = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        quality = 0.0
    return quality, tag.strip().lower().split("-")[0]
