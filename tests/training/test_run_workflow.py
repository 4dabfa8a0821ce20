"""A whole run with a tiny base: real `rasa train`, archive and gate; the same again; one that is stopped."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from shop.clock import now
from shop.settings import Settings, get_settings
from shop.tables import TrainingMessage
from shop.unit_of_work import Database
from tests.training.registered import shop_in
from tests.training.tiny_shop import rows
from training import models, runs
from training.labelling import Labelled, label
from training.models.talks import KEPT, compare_talks, read_stories
from training.rasa_yaml import Span, write_file
from training.runs.driving import drive

ROOT = Path(__file__).resolve().parents[2]
INTENTS = ("find_product", "track_order", "thank", "out_of_scope")

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A tree as ours, but with four intents, a few rules and the tiny base."""
    folder = tmp_path_factory.mktemp("tree")
    held = [row for row in rows() if row.intent][::6]
    for file, part in (
        ("bot/data/nlu/all.yml", [r for r in rows() if r not in held]),
        ("tests/understanding/a.yml", held),
    ):
        examples = [
            (row.text, row.intent, tuple(Span(start, end, name, row.text[start:end]) for start, end, name in row.spans))
            for row in part
            if row.intent
        ]
        write_file(folder / file, examples)
    moods = [f"{row.text},{row.sentiment}" for row in rows() if row.sentiment]
    rules = "".join(f"- rule: {i}\n  steps:\n  - intent: {i}\n  - action: utter_{i}\n" for i in INTENTS)
    for file, content in {
        "config.yml": f"""\
            recipe: default.v1
            language: en
            assistant_id: tiny
            pipeline:
            - name: bot.components.understanding.AisleUnderstanding
              base_model: {tiny_base}
              finetune: {{epochs: 10, learning_rate: 0.005, head_learning_rate: 0.01, trained_layers: 2}}
            policies:
            - name: RulePolicy
            """,
        "bot/domain/domain.yml": "version: '3.1'\nintents: [" + ", ".join(INTENTS) + "]\nentities: [colour, product]\n"
        "responses:\n" + "".join(f"  utter_{i}:\n  - text: {i}\n" for i in INTENTS),
        "bot/data/rules/rules.yml": f"version: '3.1'\nrules:\n{rules}",
        "bot/data/sentiment/en.csv": "\n".join(["text,sentiment", *moods, ""]),
        "training/must_pass/orders.yml": """\
            stories:
            - story: Where is it
              steps:
              - {user: where is my order, intent: track_order}
              - {action: utter_track_order}
            """,
    }.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(dedent(content), "utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(tree: Path) -> Iterator[tuple[Database, Settings]]:
    """A shop whose first champion was trained in the tree, with three labelled messages."""
    database, settings = shop_in(tree / "var")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tree)
        for name, value in {
            "PYTHONPATH": str(ROOT),
            "AISLE_STATE_DIR": str(settings.state_dir),
            "AISLE_DATABASE_URL": "",
            "RASA_TELEMETRY_ENABLED": "false",
        }.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        train = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--domain", "bot/domain", "--data", "bot/data"]
        subprocess.run([*train, "--fixed-model-name", "aisle"], check=True)
        assert models.ensure_champion(database, settings) == 1
        _label(database, {"status of the thing": "track_order", "cheers f": "thank", "news tonight": "out_of_scope"})
        yield database, settings
    get_settings.cache_clear()
    database.close()


def _label(database: Database, meant: dict[str, str]) -> None:
    with database.work() as unit:
        for number, (text, intent) in enumerate(meant.items(), 1):
            message = TrainingMessage(
                message_id=number,
                conversation_id=f"c{number}",
                text=text,
                language="en",
                intent="nlu_fallback",
                likeliest="thank",
                confidence=0.3,
                margin=0.1,
                out_of_scope_score=0.2,
                outcome="asked_back",
                created_at=now(),
                updated_at=now(),
            )
            unit.session.add(message)
            unit.session.flush()
            label(unit.session, [message.id], Labelled("chosen", intent), "staff:7")
        unit.commit()


def ask(database: Database, **given: object) -> int:
    with database.work() as unit:
        run_id = int(runs.request_run(unit.session, runs.RunParameters.of(given), "staff:7").id)
        unit.commit()
    return run_id


def states(database: Database, run_id: int) -> dict[str, str]:
    with database.read() as unit:
        run = runs.get_run(unit.session, run_id)
        assert not run.error, run.error
        return {step.name: step.state for step in runs.steps_of(run)}


@pytest.fixture(scope="module")
def first_run(shop: tuple[Database, Settings]) -> int:
    run_id = ask(shop[0], rehearsed=40, epochs=3)
    drive(*shop, run_id)
    return run_id


def test_a_run_makes_a_candidate_with_curve_card_and_gate(shop: tuple[Database, Settings], first_run: int) -> None:
    database, settings = shop
    assert set(states(database, first_run).values()) == {"done"}
    with database.read() as unit:
        run = runs.get_run(unit.session, first_run)
        model = models.get_model(unit.session, run.model_version_id)
    gate = models.gate_of(model)
    assert run.state == "done"
    assert model.continued_from_id == 1
    assert model.state == ("candidate" if gate.verdict == "passed" else "refused")
    assert {figure.name for figure in gate.guarded} >= {"acted_right", "language:en", "latency"}
    assert [talk.name for talk in gate.talks] == ["Where is it"]
    assert [step for step, _ in run.progress["loss"]] == list(range(1, 1 + len(run.progress["loss"])))
    assert len(run.progress["loss"]) > 3
    folder = runs.run_folder(settings, first_run)
    assert list((folder / "tensorboard").glob("events.*"))
    card = (folder / "model_card.md").read_text("utf-8")
    assert "continued from" in card
    assert "Compared with model 1" in card


def test_what_came_of_the_conversations_with_a_model_is_kept(shop: tuple[Database, Settings], first_run: int) -> None:
    database, settings = shop
    with database.read() as unit:
        both = [models.get_model(unit.session, number) for number in (1, 2)]
    champion, challenger = (models.archive_of(model, settings) for model in both)
    kept = settings.state_dir / KEPT
    before, after = compare_talks(read_stories(), champion, challenger, kept)[0], sorted(kept.glob("*"))
    assert len(after) == 2
    for file in after:
        file.write_text('{"Where is it": "it went astray"}')
    (now,) = compare_talks(read_stories(), champion, challenger, kept)
    assert (now.champion, now.challenger, now.text) == (False, False, "it went astray")
    for file in after:
        file.unlink()
    assert compare_talks(read_stories(), champion, challenger, kept) == [before]


def test_the_same_again_is_skipped(shop: tuple[Database, Settings], first_run: int) -> None:
    again = ask(shop[0], rehearsed=40, epochs=3)
    assert drive(*shop, again) == "done"
    found = states(shop[0], again)
    assert found.pop("collect") == "done"  # what is new in the log can only be found by looking
    assert set(found.values()) == {"skipped"}


def test_a_run_is_stopped_in_the_midst_and_taken_up_again(shop: tuple[Database, Settings], first_run: int) -> None:
    database = shop[0]
    run_id = ask(database, start="base", epochs=20)
    ended: list[str] = []
    driver = threading.Thread(target=lambda: ended.append(drive(*shop, run_id)))
    driver.start()
    _wait_for_training(database, run_id)
    with database.work() as unit:
        runs.stop_run(unit.session, run_id, "staff:7")
        unit.commit()
    driver.join(60)
    assert ended == ["stopped"]
    assert states(database, run_id)["fine_tune"] == "stopped"
    assert states(database, run_id)["check"] == "skipped"

    with database.work() as unit:
        runs.resume_run(unit.session, run_id, "staff:7")
        unit.commit()
    halting = threading.Event()
    driver = threading.Thread(target=lambda: ended.append(drive(*shop, run_id, halting)))
    driver.start()
    _wait_for_training(database, run_id)
    halting.set()  # as when the worker is told to stop
    driver.join(60)
    assert ended == ["stopped", "queued"]


def _wait_for_training(database: Database, run_id: int) -> None:
    while states(database, run_id)["fine_tune"] != "running":
        assert states(database, run_id)["fine_tune"] in ("waiting", "stopped")
        time.sleep(0.2)
