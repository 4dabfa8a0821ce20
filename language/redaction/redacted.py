"""A redacted text that still knows where things stood, so that entities of the original can be moved to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from language.entities import Entity


@dataclass(frozen=True)
class Redacted:
    """``text`` with placeholders; ``removed`` is what was taken out, with its place in the original."""

    text: str
    removed: tuple[Entity, ...]

    @classmethod
    def of(cls, original: str, removed: Sequence[Entity]) -> Redacted:
        """``removed`` are in the order of the original and do not overlap."""
        parts, at = [], 0
        for entity in removed:
            parts += [original[at : entity.start], _placeholder(entity)]
            at = entity.end
        return cls("".join([*parts, original[at:]]), tuple(removed))

    def move(self, start: int, end: int) -> tuple[int, int]:
        """Where ``original[start:end]`` stands in the redacted text. What touches something that was taken out grows
        to its whole placeholder."""
        return self._moved(start, at_end=False), self._moved(end, at_end=True)

    def entities(self, found: Iterable[Entity]) -> list[Entity]:
        """Entities of the original with their places and values in the redacted text."""
        moved = []
        for entity in found:
            start, end = self.move(entity.start, entity.end)
            moved.append(Entity(entity.entity, self.text[start:end], start, end, entity.confidence))
        return moved

    def _moved(self, place: int, at_end: bool) -> int:
        shift = 0
        for entity in self.removed:
            inside = entity.start < place <= entity.end if at_end else entity.start <= place < entity.end
            if inside:
                begins = entity.start + shift
                return begins + len(_placeholder(entity)) if at_end else begins
            if place <= entity.start:
                break
            shift += len(_placeholder(entity)) - (entity.end - entity.start)
        return place + shift


def _placeholder(entity: Entity) -> str:
    return f"[{entity.entity}]"
