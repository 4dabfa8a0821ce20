"""The data set pages over the real app: building, checking, comparing, origins and downloads."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop.tables import TrainingMessage
from tests.web.editing import post
from tests.web.insiders import Browser
from tests.web.served import wait_until
from tests.web.talks import Said, say
from tests.web.training_room import LEAD, OTTO, Workbench, open_workbench
from training.labelling import Labelled, label
from web.app import create_app

HOSTILE = "=cmd|'/c calc'!A1 <script>alert(1)</script>"
WRAPPED = "could a bow and a little card go on the parcel for my sister"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Workbench]:
    """One app for the tests of this file."""
    with open_workbench(tmp_path_factory.mktemp("bench"), empty_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def tara(bench: Workbench) -> Browser:
    return bench.browser()


@pytest.fixture(scope="module")
def versions(bench: Workbench, tara: Browser) -> tuple[int, int]:
    """The training files alone, and those with three labels more."""
    assert "No data set was built yet." in tara.get("/workbench/data-set").text
    return _built(tara, "as it is"), _with_labels(bench, tara)


def _with_labels(bench: Workbench, tara: Browser) -> int:
    said = {HOSTILE: "complain", WRAPPED: "change_items", "where is my parcel right now please": "complain"}
    for text in said:
        say(bench.database, Said(text, {"inform": 0.4}, "Sorry?", acted="nlu_fallback"))
    tara.get("/workbench")
    with bench.database.work() as unit:
        for text, intent in said.items():
            query = select(TrainingMessage.id).where(TrainingMessage.text == text)
            label(unit.session, [unit.session.scalars(query).one()], Labelled("chosen", intent), "staff:1")
        unit.commit()
    return _built(tara, "<i>labels</i>")


def _built(browser: Browser, note: str) -> int:
    return int(_done(browser, "/workbench/data-set/build", note=note).path.rpartition("/")[2])


def _done(browser: Browser, path: str, **fields: str) -> httpx.URL:
    """Where long work leads to in the end."""
    waiting = post(browser, path, **fields).headers["Location"]
    job = waiting.rpartition("=")[2]
    told = f"/workbench/data-set/jobs/{job}/progress"
    assert "<progress" in browser.get(waiting).text or browser.http.get(told).json()["is_over"]
    wait_until(lambda: browser.http.get(told).json()["is_over"], 120)
    page = browser.get(waiting)
    assert page.status_code == 200, page.text
    return page.url


def test_the_pages_are_for_trainers(bench: Workbench, versions: tuple[int, int]) -> None:
    lead = bench.browser(LEAD)
    for path in ("", "/1", "/1/difference?since=1", "/1/csv", "/1/hugging-face"):
        assert lead.http.get(f"/workbench/data-set{path}").status_code == 403
    assert post(lead, "/workbench/data-set/build").status_code == 403
    tara = bench.browser()
    assert tara.http.post("/workbench/data-set/build", data={"note": "forged"}).status_code == 403


def test_versions_with_their_counts(tara: Browser, versions: tuple[int, int]) -> None:
    page = tara.get("/workbench/data-set").text
    assert "3 messages are labelled; the newest version has 3 of them" in page
    assert "&lt;i&gt;labels&lt;/i&gt;" in page
    assert "<i>labels" not in page
    assert f'href="/workbench/data-set/{versions[1]}/difference?since={versions[0]}"' in page
    assert "The frozen set" in page
    one = tara.get(f"/workbench/data-set/{versions[1]}").text
    assert "the regression set, the same in all versions" in one
    assert re.search(r'aria-label="\d+ English \d+ 中文 "', one)


def test_nothing_new_is_the_same_version(tara: Browser, versions: tuple[int, int]) -> None:
    again = _done(tara, "/workbench/data-set/build", note="again")
    assert (again.path, again.query) == (f"/workbench/data-set/{versions[1]}", b"done=same")


def test_what_changed_from_one_to_the_other(tara: Browser, versions: tuple[int, int]) -> None:
    page = unescape(tara.get(f"/workbench/data-set/{versions[1]}/difference?since={versions[0]}").text)
    assert "Added (3)" in page
    assert WRAPPED in page
    back = tara.get(f"/workbench/data-set/{versions[0]}/difference?since={versions[1]}").text
    assert "Removed (3)" in back
    same = tara.get(f"/workbench/data-set/{versions[0]}/difference?since={versions[0]}").text
    assert "Both hold the same examples." in same


def test_the_checks_say_what_to_do(tara: Browser, versions: tuple[int, int]) -> None:
    page = tara.get(f"/workbench/data-set/{versions[1]}").text  # checked when it was built
    assert re.search(r'class="note (good|bad)">(Fit|Not fit) to train', page)
    for finding in ("Leaks", "Nearly the same text under two intents", "Labels that look wrong", "Balance"):
        assert finding in page
    assert "No model was trained here yet that could tell." in page
    done = _done(tara, f"/workbench/data-set/{versions[0]}/check")
    assert done.query == b"done=checked"
    assert "Check again" in tara.get(done.path).text


def test_what_was_found_outlives_the_process(bench: Workbench, tara: Browser, versions: tuple[int, int]) -> None:
    with TestClient(create_app(bench.settings), cookies=dict(tara.http.cookies)) as anew:
        page = anew.get(f"/workbench/data-set/{versions[1]}", headers={"Accept": "text/html"})
    assert "Check again" in page.text


def test_every_example_has_an_origin(tara: Browser, versions: tuple[int, int]) -> None:
    place = f"/workbench/data-set/{versions[1]}"
    labelled = unescape(tara.get(f"{place}?source=messages").text)
    assert "3 examples" in labelled
    assert re.search(r'<a href="/workbench\?state=all&at=\d+">message \d+</a><span class="quiet"> · Tara', labelled)
    assert HOSTILE in labelled
    files = tara.get(f"{place}?source=files&intent=track_order&split=train&page=2").text
    assert re.search(r"<code>bot/data/nlu/track_order\.(en|zh)\.yml:\d+</code>", files)
    assert "Page 2 of" in files
    assert "No example is like that." in tara.get(f"{place}?q=xyzzy").text
    frozen = tara.get(f"{place}?split=regression").text
    assert '<span class="chip">frozen</span>' in frozen


def test_what_is_shown_does_nothing(tara: Browser, versions: tuple[int, int]) -> None:
    for path in ("?q=%3Cscript%3E", "?source=messages", f"/difference?since={versions[0]}"):
        assert "<script>alert" not in tara.get(f"/workbench/data-set/{versions[1]}{path}").text
        assert '"<script>"' not in tara.get(f"/workbench/data-set/{versions[1]}{path}").text


def test_downloads(tara: Browser, versions: tuple[int, int]) -> None:
    answer = tara.http.get(f"/workbench/data-set/{versions[1]}/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (hostile,) = (row for row in rows if "calc" in row["text"])
    assert hostile["text"].startswith("'=")
    assert {row["split"] for row in rows} == {"train", "validation", "test", "regression"}

    answer = tara.http.get(f"/workbench/data-set/{versions[1]}/hugging-face")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    name = f"aisle-data-set-{versions[1]}"
    assert f"{name}/README.md" in archive.namelist()
    splits = [archive.read(part).decode() for part in archive.namelist() if part.endswith(".jsonl")]
    texts = {json.loads(line)["text"] for split in splits for line in split.splitlines()}
    assert WRAPPED in texts  # which split it falls to hangs on its conversation


def test_what_is_not_there_or_too_long(bench: Workbench, tara: Browser, versions: tuple[int, int]) -> None:
    for path in ("/99", "/99/csv", "/99/hugging-face", f"/{versions[0]}/difference?since=99"):
        assert tara.http.get(f"/workbench/data-set{path}").status_code == 404
    assert post(tara, "/workbench/data-set/build", note="x" * 301).status_code == 422
    waiting = post(tara, f"/workbench/data-set/{versions[0]}/check").headers["Location"]
    job = waiting.rpartition("=")[2]
    told = bench.browser(OTTO).http.get(f"/workbench/data-set/jobs/{job}/progress", headers={"Accept": "*/*"})
    assert told.status_code == 404  # it is Tara's
    wait_until(lambda: tara.http.get(f"/workbench/data-set/jobs/{job}/progress").json()["is_over"], 120)
