"""One version of the data set: counts, findings, its examples with their origin, what changed, downloads."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from training.data_sets import (
    DataExample,
    difference,
    export_csv,
    export_hugging_face,
    findings_of,
    get_version,
    list_versions,
)
from training.data_sets.examples import SPLITS
from training.data_sets.versions import manifest_of
from web.staff.pages import HEADERS
from web.staff.parts import names_of
from web.workbench.data_set import HERE
from web.workbench.engine import EngineOf
from web.workbench.parts import Number, Trainer, show

_PAGE_SIZE = 50
_SHOWN = 100
"""Findings or changes of a kind; more would hide what is to be done."""

router = APIRouter(prefix=HERE, include_in_schema=False)


class Sought(BaseModel):
    """Which examples of a version are shown."""

    q: str = Field("", max_length=200)
    intent: str = Field("", max_length=60)
    split: str = Field("", max_length=12)
    source: str = Field("", max_length=10)
    page: int = Field(1, ge=1, le=100_000)

    @property
    def said(self) -> dict[str, Any]:
        """The filters that narrow something."""
        return {name: value for name, value in self.model_dump(exclude={"page"}).items() if value}

    def matches(self, example: DataExample) -> bool:
        """Whether an example is among those sought."""
        return (
            self.q.strip().lower() in example.text.lower()
            and self.intent in ("", example.intent)
            and self.split in ("", example.split)
            and self.source in ("", "messages" if example.source.startswith("message:") else "files")
        )


@dataclass(frozen=True)
class IntentRow:
    """A bar of the chart: training examples of an intent by language, and how wide the parts are, in percent."""

    name: str
    counts: dict[str, int]
    widths: dict[str, float]


@router.get("/{number}")
def version(
    request: Request, engine: EngineOf, trainer: Trainer, number: Number, sought: Annotated[Sought, Query()]
) -> Response:
    """What is in a version, and what is wrong with it."""
    with engine.database.read() as unit:
        found = get_version(unit.session, number)
        others = [one.id for one in list_versions(unit.session) if one.id != number]
        names = names_of(unit.session)
    manifest = manifest_of(engine.settings, found)
    examples = [DataExample.from_json(held) for held in manifest["examples"]]
    fitting = [one for one in examples if one.intent and sought.matches(one)]
    fitting.sort(key=lambda one: not one.labellers)  # what people said first
    first = (sought.page - 1) * _PAGE_SIZE
    link = f"{HERE}/{number}?"
    return show(
        request,
        "data_set_version.html",
        version=found,
        others=others,
        previous=next((one for one in others if one < number), None),
        names=names,
        chart=_chart(examples),
        left_out=manifest["left_out"],
        findings=findings_of(engine.settings, found),
        shown=_SHOWN,
        examples=fitting[first : first + _PAGE_SIZE],
        fitting=len(fitting),
        sought=sought,
        splits=SPLITS,
        last_page=max(1, -(-len(fitting) // _PAGE_SIZE)),
        page_link=lambda page: link + urlencode({**sought.said, "page": page}) + "#examples",
    )


@router.get("/{number}/difference")
def compare(
    request: Request, engine: EngineOf, trainer: Trainer, number: Number, since: Annotated[int, Query(ge=1)]
) -> Response:
    """What changed from version ``since`` to this one."""
    with engine.database.read() as unit:
        before, after = get_version(unit.session, since), get_version(unit.session, number)
        names = names_of(unit.session)
    changed = difference(engine.settings, before, after)
    return show(
        request, "data_set_difference.html", before=before, after=after, changed=changed, names=names, shown=_SHOWN
    )


@router.get("/{number}/csv")
def download_csv(engine: EngineOf, trainer: Trainer, number: Number) -> Response:
    """All examples as a table; spreadsheets need the mark at its beginning to read it as UTF-8."""
    with engine.database.read() as unit:
        found = get_version(unit.session, number)
    table = export_csv(engine.settings, found).encode("utf-8-sig")
    return _download(table, "text/csv; charset=utf-8", f"aisle-data-set-{number}.csv")


@router.get("/{number}/hugging-face")
def download_hugging_face(engine: EngineOf, trainer: Trainer, number: Number) -> Response:
    """The folder that Hugging Face's ``datasets`` loads, as a zip."""
    with engine.database.read() as unit:
        found = get_version(unit.session, number)
    name = f"aisle-data-set-{number}"
    with tempfile.TemporaryDirectory() as place:
        folder = export_hugging_face(engine.settings, found, FilePath(place) / name)
        return _download(_zipped(folder), "application/zip", f"{name}.zip")


def _zipped(folder: FilePath) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent).as_posix())
    return held.getvalue()


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, 200, {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, kind)


def _chart(examples: Sequence[DataExample]) -> list[IntentRow]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in examples:
        if one.intent and one.split == SPLITS[0]:
            counts[one.intent][one.language] += 1
    most = max((sum(by_language.values()) for by_language in counts.values()), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [
        IntentRow(name, dict(by_language), {key: 100 * value / most for key, value in by_language.items()})
        for name, by_language in ordered
    ]
