"""The pages on models over the real app: the gate, promotion, return, silent reading, health."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shop.audit import latest
from shop.clock import now
from shop.tables import AuditEntry, ModelVersion
from tests.web.editing import post
from tests.web.insiders import Browser
from tests.web.modelling import HOSTILE, Messages, Models, add_run, add_shadow, gate
from tests.web.test_workbench_runs import words
from tests.web.training_room import LEAD, Workbench

HERE = "/workbench/models"


@pytest.fixture
def ids(room: Workbench) -> dict[str, int]:
    """A champion, a good and a bad candidate."""
    with room.database.work() as unit:
        models = Models(unit.session, room.settings)
        champion = models.add("champion", 9, note="The first")
        good = models.add("candidate", 1, note="Labels of this week", gate=gate(champion.id).as_json())
        bad = models.add("refused", 1, note="Labels swapped", gate=gate(champion.id, refused=True).as_json())
        unit.commit()
        return {"champion": champion.id, "good": good.id, "bad": bad.id}


def model_of(room: Workbench, model_id: int) -> ModelVersion:
    with room.database.read() as unit:
        found: ModelVersion = unit.session.get(ModelVersion, model_id)
    return found


def log(room: Workbench) -> list[AuditEntry]:
    with room.database.read() as unit:
        return latest(unit.session, 20, kind="model.")


def champion_id(room: Workbench) -> int:
    with room.database.read() as unit:
        (found,) = unit.session.query(ModelVersion).filter_by(state="champion")
    return int(found.id)


# Who may come in


def test_the_pages_are_for_trainers(room: Workbench, ids: dict[str, int]) -> None:
    mia, good = room.browser(LEAD), f"{HERE}/{ids['good']}"
    for path in (HERE, good, f"{good}/card", f"{good}/live"):
        assert mia.http.get(path).status_code == 403
        assert Browser(room.address).http.get(path, headers={"Accept": "*/*"}).status_code == 401
    for path in (f"{good}/promote", f"{good}/return", f"{good}/shadow"):
        assert post(mia, path, on="1", reason="because I want to").status_code == 403
    assert champion_id(room) == ids["champion"]


def test_a_form_of_another_site_promotes_nothing(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    assert tara.http.post(f"{HERE}/{ids['good']}/promote").status_code == 403
    assert champion_id(room) == ids["champion"]


# The list


def test_without_models_it_says_how_there_come_some(tara: Browser) -> None:
    page = words(tara.get(HERE))
    assert "No model is registered yet." in page
    assert "A retraining makes one" in page
    assert "Nothing was promoted yet." in page
    assert tara.http.get(f"{HERE}/1").status_code == 404


def test_the_champion_and_the_candidates_are_shown(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    with room.database.work() as unit:
        add_run(unit.session, model_version_id=ids["good"])
        unit.commit()
    page = tara.get(HERE)
    shown = words(page)
    assert "Model 1 champion" in shown
    assert "put to work by Tara" in shown
    assert "healthy 2 of 2 processes read with it." in shown
    assert "Labels of this week" in shown
    assert 'href="/workbench/training/1">run 1' in page.text
    assert "passed the gate" in shown
    assert "refused by the gate" in shown
    assert "2 now right , 1 now wrong" in shown


# The gate


def test_the_gate_shows_figures_intervals_and_what_changed(tara: Browser, ids: dict[str, int]) -> None:
    page = tara.get(f"{HERE}/{ids['good']}")
    shown = words(page)
    assert "The gate lets it pass" in shown
    assert "Right intent 742 examples 93.1% 94.3% +1.2 +0.2 to +2.2 better" in shown
    assert "Time to read a message 200 examples 5.1 ms 5.2 ms +0.1 ms −0.3 ms to +0.5 ms same" in shown
    assert "all 2 passed" in shown
    assert "快递显示签收了可是我没收到" in shown
    assert HOSTILE not in page.text
    assert "Nine examples were left out" in shown
    assert "disabled" not in page.text


def test_intents_come_the_worst_first(tara: Browser, ids: dict[str, int]) -> None:
    shown = words(tara.get(f"{HERE}/{ids['bad']}")).split("By intent, the worst first", 1)[1]
    assert shown.index("track order") < shown.index("ask shipping") < shown.index("check stock")
    assert "94.0% 54.0% −40.0 −49.0 to −31.0 worse" in shown


def test_examples_are_filtered(tara: Browser, ids: dict[str, int]) -> None:
    def found(query: str) -> str:
        return words(tara.get(f"{HERE}/{ids['good']}?{query}")).split("Examples that changed", 1)[1]

    assert "bigger one" in found("changed=worse")
    assert "no parcel" not in found("changed=worse")
    assert "no parcel" in found("changed=better")
    assert "still wrong" in found("changed=other")
    assert "no parcel" in found("intent=delivery_problem")
    assert "bigger one" not in found("intent=delivery_problem")
    assert "No example changed in this way." in found("changed=worse&intent=delivery_problem")
    assert tara.http.get(f"{HERE}/{ids['good']}?changed=nonsense").status_code == 422


# Promotion and return


def test_a_model_that_passed_is_promoted_and_one_click_goes_back(
    room: Workbench, tara: Browser, ids: dict[str, int]
) -> None:
    page, before = f"{HERE}/{ids['good']}", ids["champion"]
    answer = tara.send(page, f"{page}/promote")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?done=promoted")
    assert champion_id(room) == ids["good"]
    shown = tara.get(answer.headers["location"])
    assert "no conversation is dropped" in words(shown)
    assert "being checked Waiting until every process of the bot has it" in words(shown)
    assert "Tara promoted model 2 – in place of model 1" in words(shown)
    assert tara.send(HERE, f"{HERE}/{before}/return").headers["location"] == f"{HERE}?done=returned"
    assert champion_id(room) == before
    assert "Tara returned to model 1 – in place of model 2" in words(tara.get(HERE))
    assert [entry.action for entry in log(room)] == ["model.returned", "model.promoted"]


def test_what_the_gate_refused_needs_a_written_reason(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    page = f"{HERE}/{ids['bad']}"
    shown = tara.get(page)
    assert '<button class="button main-button" disabled' in shown.text
    assert "The conversation “track_order happy path” went wrong." in words(shown)
    assert "It cannot be promoted: the gate refused it." in words(shown)
    for reason in ("", "because"):
        answer = post(tara, f"{page}/promote", reason=reason)
        assert answer.status_code == 403
        assert "did not pass the gate" in words(answer)
    assert champion_id(room) == ids["champion"]
    assert post(tara, f"{page}/promote", reason="The old one cannot read the new catalogue.").status_code == 303
    assert champion_id(room) == ids["bad"]
    assert [entry.action for entry in log(room)] == ["model.promoted", "model.gate_overridden"]
    assert "overrode the gate for model 3 – The old one cannot read the new catalogue." in words(tara.get(HERE))


def test_a_verdict_on_another_champion_is_no_verdict(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    with room.database.work() as unit:
        models = Models(unit.session, room.settings)
        late = models.add("candidate", gate=gate(99).as_json())
        fresh = models.add("candidate")
        unit.commit()
    shown = tara.get(f"{HERE}/{late.id}")
    assert "It was compared with model 99; by now model 1 answers." in words(shown)
    assert '<button class="button main-button" disabled' in shown.text
    assert post(tara, f"{HERE}/{late.id}/promote").status_code == 403
    assert "It was not compared with the champion yet." in words(tara.get(f"{HERE}/{fresh.id}"))


def test_broken_foreign_and_missing_archives_are_refused(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    good = f"{HERE}/{ids['good']}/promote"
    archive = room.settings.state_dir / model_of(room, ids["good"]).archive
    archive.write_bytes(b"something else")
    answer = post(tara, good)
    assert answer.status_code == 403
    assert "is broken: its checksum is" in words(answer)
    archive.unlink()
    assert post(tara, good).status_code == 404
    with room.database.work() as unit:
        foreign = Models(unit.session, room.settings).add(
            "candidate", gate=gate(ids["champion"]).as_json(), signature="0" * 64
        )
        unit.commit()
    assert "is foreign" in words(post(tara, f"{HERE}/{foreign.id}/promote"))
    assert champion_id(room) == ids["champion"]


def test_the_health_of_a_promoted_model_is_heard_of(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    def write(**health: Any) -> None:
        with room.database.work() as unit:
            unit.session.get(ModelVersion, ids["champion"]).health = health
            unit.commit()

    processes = [{"url": "http://127.0.0.1:5005", "answers": True}]
    write(state="waiting", since=now().isoformat(), processes=processes)
    heard = []
    with tara.http.stream("GET", f"{HERE}/{ids['champion']}/live") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                heard.append(json.loads(line.removeprefix("data: ")))
                done = [{**processes[0], "follows": True, "seconds": 2.5, "agreeing": 1.0}]
                write(state="healthy", text="1 of 1 processes reads with it", processes=done)
    assert [part["is_over"] for part in heard] == [False, True]
    assert "not yet" in heard[0]["html"]
    assert "has it after 2.5 s" in heard[1]["html"]
    assert heard[1]["words"] == "1 of 1 processes reads with it."


# Silent reading


def test_a_candidate_reads_silently_and_shows_where_it_differs(
    room: Workbench, tara: Browser, ids: dict[str, int]
) -> None:
    page = f"{HERE}/{ids['good']}"
    assert tara.send(page, f"{page}/shadow").status_code == 303
    assert model_of(room, ids["good"]).shadow == 1
    assert "Nothing was read yet." in words(tara.get(page))
    with room.database.work() as unit:
        messages, model = Messages(unit.session), unit.session.get(ModelVersion, ids["good"])
        for intent in ("greet", "greet", "greet", "track_order"):
            add_shadow(unit.session, model, messages.add(now(), intent="greet", text=f"hello {HOSTILE}"), intent)
        unit.commit()
    shown = tara.get(page)
    assert "75.0% of 4 live messages read as the champion did" in words(shown)
    assert f"hello {HOSTILE} greet track order 70%" in words(shown)
    assert HOSTILE not in shown.text
    assert tara.send(page, f"{page}/shadow").status_code == 303
    assert model_of(room, ids["good"]).shadow == 0
    answer = post(tara, f"{HERE}/{ids['champion']}/shadow", on="1")
    assert answer.status_code == 403
    assert "it reads every message already" in words(answer)


# The card


def test_the_card_is_shown_safely_or_said_to_be_elsewhere(room: Workbench, tara: Browser, ids: dict[str, int]) -> None:
    assert "is not on this machine" in words(tara.get(f"{HERE}/{ids['good']}/card"))
    with room.database.work() as unit:
        run = add_run(unit.session, model_version_id=ids["good"])
        unit.commit()
    folder = room.settings.state_dir / "training" / "runs" / str(run.id)
    folder.mkdir(parents=True)
    (folder / "model_card.md").write_text(f"# Understanding\n\n- base: small\n\n{HOSTILE}\n")
    page = tara.get(f"{HERE}/{ids['good']}/card")
    assert "<li>base: small</li>" in page.text
    assert "onerror" not in page.text
