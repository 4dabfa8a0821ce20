"""The page Training over the real app: what will go in, the one button, a run as it goes on, stop and resume."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx

from shop.audit import latest
from shop.clock import now
from shop.tables import TrainingRun
from tests.web.editing import post
from tests.web.insiders import Browser
from tests.web.modelling import HOSTILE, Messages, Models, add_label, add_run, gate, losses, steps
from tests.web.served import served, wait_until
from tests.web.training_room import LEAD, Workbench

HERE = "/workbench/training"


def run_of(room: Workbench, run_id: int) -> TrainingRun:
    with room.database.read() as unit:
        found: TrainingRun = unit.session.get(TrainingRun, run_id)
    return found


def made(room: Workbench, state: str, **fields: Any) -> int:
    with room.database.work() as unit:
        run = add_run(unit.session, state, **fields)
        unit.commit()
        return int(run.id)


def change(room: Workbench, run_id: int, **fields: Any) -> None:
    with room.database.work() as unit:
        run = unit.session.get(TrainingRun, run_id)
        for name, value in fields.items():
            setattr(run, name, value)
        unit.commit()


def words(page: httpx.Response) -> str:
    """What a page says, without its markup."""
    text = page.text.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


# Who may come in


def test_the_pages_are_for_trainers(room: Workbench) -> None:
    run_id = made(room, "running")
    mia, stranger = room.browser(LEAD), Browser(room.address)
    for path in (HERE, f"{HERE}/{run_id}", f"{HERE}/{run_id}/live"):
        assert mia.http.get(path).status_code == 403
        assert stranger.http.get(path, headers={"Accept": "application/json"}).status_code == 401
    for path in (HERE, f"{HERE}/{run_id}/stop", f"{HERE}/{run_id}/resume"):
        assert post(mia, path).status_code == 403
    assert run_of(room, run_id).state == "running"


def test_a_form_of_another_site_starts_nothing(room: Workbench, tara: Browser) -> None:
    assert tara.http.post(HERE, data={"start": "base"}).status_code == 403
    assert "No retraining yet." in words(tara.get(HERE))


# The button


def test_one_button_asks_for_a_run(room: Workbench, tara: Browser) -> None:
    page = words(tara.get(HERE))
    assert "Nothing was labelled yet." in page
    assert "No retraining yet." in page
    answer = tara.send(HERE, HERE, start="base", note=f"Deliveries {HOSTILE}", rehearsed="300")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/1")
    run = run_of(room, 1)
    assert (run.state, run.parameters["start"], run.parameters["epochs"]) == ("queued", "base", 0)
    assert run.parameters["rehearsed"] == 300
    with room.database.read() as unit:
        asked = latest(unit.session, 1)[0]
    assert (asked.action, asked.actor) == ("run.requested", run.requested_by)
    shown = tara.get(f"{HERE}/1")
    assert HOSTILE not in shown.text
    assert "Waiting for the worker to begin." in words(shown)
    assert "asked for by Tara" in words(shown)


def test_a_second_run_waits_its_turn_and_says_so(room: Workbench, tara: Browser) -> None:
    made(room, "running")
    answer = post(tara, HERE, start="base", note="mine")
    assert answer.status_code == 403
    assert "Run 1 is running; stop it, or wait until it is done." in words(answer)


def test_values_that_cannot_be_are_told_and_what_was_written_stays(tara: Browser) -> None:
    assert "Rehearsed is '-5'" in words(post(tara, HERE, start="champion", rehearsed="-5"))
    for epochs, told in (("many", "Epochs is 'many'; it can be a whole number"), ("99", "from 0 to 20")):
        answer = post(tara, HERE, start="base", note="my note", epochs=epochs)
        assert answer.status_code == 422
        assert told in words(answer)
        assert 'value="my note"' in answer.text
        assert f'value="{epochs}"' in answer.text
    assert post(tara, HERE, start="elsewhere").status_code == 422


def test_what_will_go_in_are_the_labels_since_the_last_run(room: Workbench, tara: Browser) -> None:
    with room.database.work() as unit:
        add_run(unit.session, "done", 1)
        messages = Messages(unit.session)
        old, first, second, skipped, gone = (messages.add(now(), intent="greet") for _ in range(5))
        add_label(unit.session, old, "track_order", created_at=now() - timedelta(days=2))
        add_label(unit.session, first, "track_order")
        add_label(unit.session, first, "track_order", "staff:2")
        add_label(unit.session, second, "greet")
        add_label(unit.session, skipped, "", kind="skipped")
        add_label(unit.session, gone, "returns", withdrawn_at=now())
        unit.commit()
    page = words(tara.get(HERE))
    assert "2 newly labelled messages" in page
    assert "by 2 people, since the last run" in page
    assert "1 of them the bot had read differently." in page
    assert "greet · 1 track order · 1" in page


# A run


def test_a_running_run_shows_its_steps_and_its_curve_in_words_too(room: Workbench, tara: Browser) -> None:
    progress = {"step": "fine_tune", "done": 120, "total": 300, "loss": losses(120), "message": "step 120 of 300"}
    run_id = made(room, "running", steps=steps(running="fine_tune"), progress=progress)
    for path in (HERE, f"{HERE}/{run_id}"):
        page = tara.get(path)
        assert "Fine-tune: Step 120 of 300." in words(page)
        assert "Collect done" in words(page)
        assert "duplicates 12 leaks 0" in words(page)
        assert "Compare waits" in words(page)
        assert '<progress max="100" value="40"' in page.text
        assert f'aria-label="Loss by step of run {run_id}"' in page.text
        assert re.search(r"Loss 2\.\d{3} at the first step, 0\.\d{3} at step 120; the lowest was", words(page))


def test_a_page_hears_of_what_goes_on_until_it_is_over(room: Workbench, tara: Browser) -> None:
    run_id = made(room, "running", steps=steps(running="check"), progress={})
    heard: list[dict[str, Any]] = []
    with tara.http.stream("GET", f"{HERE}/{run_id}/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            heard.append(json.loads(line.removeprefix("data: ")))
            if len(heard) == 1:
                change(
                    room, run_id, steps=steps(running="fine_tune"), progress={"done": 1, "total": 2, "loss": [[1, 2.0]]}
                )
            elif len(heard) == 2:
                change(room, run_id, state="done", steps=steps(), ended_at=now())
    assert [part["words"] for part in heard] == ["Check is running.", "Fine-tune is running.", "The run is done."]
    assert [part["is_over"] for part in heard] == [False, False, True]
    assert "<polyline" not in heard[0]["html"]
    assert "<polyline" in heard[1]["html"]
    assert "csrf_token" not in heard[1]["html"]


def test_stopping_and_resuming(room: Workbench, tara: Browser) -> None:
    run_id = made(room, "running", steps=steps(running="fine_tune"))
    page, stop, resume = f"{HERE}/{run_id}", f"{HERE}/{run_id}/stop", f"{HERE}/{run_id}/resume"
    assert tara.send(page, stop).status_code == 303
    assert run_of(room, run_id).state == "stopping"
    assert resume not in tara.get(page).text
    change(room, run_id, state="stopped", ended_at=now())
    assert "Resume goes on where it stopped; what was finished is kept." in words(tara.get(page))
    assert tara.send(page, resume).status_code == 303
    assert run_of(room, run_id).state == "queued"
    again = post(tara, resume)
    assert again.status_code == 403
    assert "only a stopped or failed one can be resumed" in words(again)
    assert tara.http.get(f"{HERE}/99").status_code == 404


def test_a_failed_run_says_why_and_what_to_do(room: Workbench, tara: Browser) -> None:
    error = "the training ran out of memory"
    run_id = made(room, "failed", steps=steps(failed="fine_tune"), error=error, progress={})
    page = words(tara.get(f"{HERE}/{run_id}"))
    assert "The training ran out of memory." in page
    assert "Resume begins again at Fine-tune when the cause is mended" in page
    assert f"training/runs/{run_id}" in page


def test_a_run_that_nobody_takes_says_who_should(room: Workbench, tara: Browser) -> None:
    run_id = made(room, "queued", created_at=now() - timedelta(minutes=5), started_at=None)
    assert "python -m training worker" in words(tara.get(f"{HERE}/{run_id}"))


def test_a_finished_run_leads_to_its_model_and_keeps_its_curve(room: Workbench, tara: Browser) -> None:
    with room.database.work() as unit:
        models = Models(unit.session, room.settings)
        first = models.add("champion", 3)
        second = models.add("candidate", gate=gate(first.id).as_json())
        run = add_run(unit.session, "done", model_version_id=second.id, note="Second", progress={})
        unit.commit()
    folder = room.settings.state_dir / "training" / "runs" / str(run.id)
    folder.mkdir(parents=True)
    (folder / "progress.jsonl").write_text("[1, 2, 2.5]\n[2, 2, 1.25]\n")
    page = tara.get(f"{HERE}/{run.id}")
    assert f'href="/workbench/models/{second.id}"' in page.text
    assert f'href="/workbench/models/{second.id}/card"' in page.text
    assert "Loss 2.500 at the first step, 1.250 at step 2" in words(page)
    assert "Model 2 passed the gate" in words(tara.get(HERE))


def test_a_run_survives_a_restart_of_web(room: Workbench, tara: Browser, free_port: int) -> None:
    run_id = made(
        room, "running", steps=steps(running="fine_tune"), progress={"done": 5, "total": 9, "loss": losses(5)}
    )
    cookies = dict(tara.http.cookies)
    with served(room.settings, free_port) as anew:
        wait_until(lambda: httpx.get(f"{anew}/ready").status_code)
        page = httpx.get(f"{anew}{HERE}/{run_id}", cookies=cookies, headers={"Accept": "text/html"})
    assert "Fine-tune is running." in words(page)
    assert '<progress max="100" value="55"' in page.text
