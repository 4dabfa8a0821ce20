"""The long work of imports: reading a file or the web into a plan, and saving what a plan showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter

from knowledge import importing
from knowledge.import_files import READERS
from knowledge.importing import ImportReport, Incoming, Planned, Problem, read_files
from knowledge.importing_web import read_web
from shop.errors import BadInput
from web.editor.engine import Engine
from web.staff.kept_work import Kind
from web.staff.work import Progress

WORK = ("read_file", "read_pages", "save_import")
"""The names of the kinds."""
_SHOWN = 300

Read = tuple[list[Incoming], list[Problem]]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do."""

    source: str
    planned: Sequence[Planned]
    problems: Sequence[Problem]

    @property
    def counts(self) -> Counter[str]:
        """How many texts are new, changed, unchanged."""
        return Counter(one.effect for one in self.planned)

    @property
    def shown(self) -> list[Planned]:
        """Those that would change something, as many as a page can show."""
        return [one for one in self.planned if one.effect != "unchanged"][:_SHOWN]


PLAN = TypeAdapter(ImportPlan)


def reader_of(name: str) -> Callable[[bytes], Read]:
    """What reads a file of this name. Raises BadInput where nothing does."""
    suffix = PurePosixPath(name.lower()).suffix
    if suffix in (".md", ".markdown"):
        return lambda content: read_files([(name, content)])
    if suffix not in READERS:
        raise BadInput(f"{name!r} is neither a zip, nor a Markdown file, nor a CSV table")
    return READERS[suffix]


def kinds(engine: Engine) -> dict[str, Kind]:
    """The kinds of work, by name."""

    def plan(source: str, read: Read) -> ImportPlan:
        incoming, problems = read
        with engine.database.read() as unit:
            return ImportPlan(source, importing.plan(unit.session, incoming), problems)

    def read_file(asked: Mapping[str, Any], content: bytes, progress: Progress) -> ImportPlan:
        incoming, problems = reader_of(asked["name"])(content)
        if asked["as_drafts"]:
            incoming = [Incoming(one.draft, "draft", one.file) for one in incoming]
        return plan(asked["name"], (incoming, problems))

    def read_pages(asked: Mapping[str, Any], attachment: bytes, progress: Progress) -> ImportPlan:
        return plan(asked["url"], read_web(asked["url"], asked["category"], progress=progress))

    def save(asked: Mapping[str, Any], attachment: bytes, progress: Progress) -> ImportReport:
        shown = PLAN.validate_json(attachment)
        with engine.database.work() as unit:
            report = importing.carry_out_plan(unit.session, shown.planned, asked["author"])
            unit.commit()
        report.problems += shown.problems
        for index in engine.answerer.indexes.values():  # here, rather than when the next question waits for it
            index.current()
        return report

    made = (Kind(read_file, ImportPlan), Kind(read_pages, ImportPlan), Kind(save, ImportReport))
    return dict(zip(WORK, made, strict=True))
