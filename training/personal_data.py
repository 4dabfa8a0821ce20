"""What this room keeps of persons in files: found by name by ``shop.privacy.outside``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.privacy.outside import OutsideStore
from shop.privacy.person import Person
from shop.settings import Settings


def stores(settings: Settings) -> list[OutsideStore]:
    """The stores of this room."""
    return [DataSetFiles(settings.state_dir)]


@dataclass(frozen=True)
class DataSetFiles:
    """The versions of the data set: redacted messages of the customer's conversations that somebody labelled."""

    state_dir: Path
    name: str = "training data sets"

    def export(self, person: Person) -> list[dict[str, Any]]:
        """The examples from the person's conversations."""
        from training.data_sets.erasing import examples_from

        return examples_from(self.state_dir, person.conversation_ids)

    def erase(self, person: Person) -> int:
        """Remove them from every version."""
        from training.data_sets.erasing import erase_examples

        return erase_examples(self.state_dir, person.conversation_ids)
