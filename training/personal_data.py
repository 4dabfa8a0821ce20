"""What this room keeps of persons outside the tables of messages: found by name by ``shop.privacy.outside``.

What their modules need is loaded when something is to be done: every command of ``python -m shop privacy`` comes here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from shop.privacy.outside import OutsideStore
from shop.privacy.person import Person
from shop.settings import Settings
from shop.unit_of_work import Database

if TYPE_CHECKING:
    from training.data_sets.erasing import Chosen


def stores(settings: Settings) -> list[OutsideStore]:
    """The stores of this room. The data sets come last: they tell the others which texts are whose."""
    return [RunFiles(settings), EmbeddedExamples(settings), GateReports(settings), DataSetFiles(settings)]


@dataclass(frozen=True)
class _Store(ABC):
    """Texts of labelled messages, redacted, of which the manifests of data sets say whose they are."""

    settings: Settings
    name: ClassVar[str]

    def export(self, person: Person) -> list[dict[str, Any]]:
        """Nothing: what is in it is in the data sets, too."""
        return []

    def erase(self, person: Person) -> int:
        """Remove what came from the person's conversations."""
        from training.data_sets.erasing import of_conversations

        return self._forget(of_conversations(person.conversation_ids))

    def expire(self, database: Database) -> int:
        """Remove what came from messages that are no longer in the database."""
        from training.data_sets.erasing import no_longer_kept

        with database.read() as unit:
            chosen = no_longer_kept(unit.session)
        return self._forget(chosen)

    @abstractmethod
    def _forget(self, chosen: Chosen) -> int:
        """Remove what came from chosen examples; how much it was."""

    def _texts(self, chosen: Chosen) -> set[str]:
        from training.data_sets.erasing import texts_of

        return texts_of(self.settings.state_dir, chosen)


class DataSetFiles(_Store):
    """The versions of the data set: redacted messages of the customer's conversations that somebody labelled."""

    name = "training data sets"

    def export(self, person: Person) -> list[dict[str, Any]]:
        """The examples from the person's conversations."""
        from training.data_sets.erasing import examples_from

        return examples_from(self.settings.state_dir, person.conversation_ids)

    def _forget(self, chosen: Chosen) -> int:
        from training.data_sets.erasing import erase_examples

        return erase_examples(self.settings.state_dir, chosen)


class RunFiles(_Store):
    """The folders of runs: what was trained on, what the models read, and logs."""

    name = "training runs"

    def _forget(self, chosen: Chosen) -> int:
        from training.runs.erasing import erase_texts

        return erase_texts(self.settings.state_dir, self._texts(chosen))


class EmbeddedExamples(_Store):
    """The training examples that lie beside models with their vectors."""

    name = "training examples of models"

    def _forget(self, chosen: Chosen) -> int:
        from training.models.erasing import erase_embedded

        return erase_embedded(self.settings.state_dir, self._texts(chosen))


class GateReports(_Store):
    """What the gate tells of single test messages; in the database, but in no column of a conversation."""

    name = "gate reports"

    def _forget(self, chosen: Chosen) -> int:
        from training.models.erasing import erase_from_gates

        texts = self._texts(chosen)
        if not texts:
            return 0
        with closing(Database.from_settings(self.settings)) as database, database.work() as unit:
            erased = erase_from_gates(unit.session, texts)
            unit.commit()
        return erased
