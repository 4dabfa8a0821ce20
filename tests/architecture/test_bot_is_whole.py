"""The bot's rooms agree with each other: intents, rules, actions, sentences and words, in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOMAIN_FILES = sorted((ROOT / "bot" / "domain").glob("*.yml"))
NLU_FILES = sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))
#: Intents that the understanding component gives without examples.
WITHOUT_EXAMPLES = {"nlu_fallback"}
#: Sentences that are wholly filled in by the order desk.
FILLED_IN = {"utter_change_summary"}
#: Sentences that are in one language whatever the shopper speaks.
ONE_LANGUAGE = {"utter_language_en", "utter_language_zh"}


def _domain(section: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for file in DOMAIN_FILES:
        part = yaml.safe_load(file.read_text("utf-8")).get(section) or {}
        merged.update(part if isinstance(part, dict) else dict.fromkeys(part))
    return merged


def _rules() -> str:
    return "\n".join(file.read_text("utf-8") for file in (ROOT / "bot" / "data" / "rules").glob("*.yml"))


def test_every_intent_has_examples_in_both_languages_and_a_rule() -> None:
    intents = set(_domain("intents"))
    examples = {tuple(file.stem.rsplit(".", 1)) for file in NLU_FILES}
    wanted = {(intent, language) for intent in intents - WITHOUT_EXAMPLES for language in ("en", "zh")}
    assert examples == wanted
    assert set(re.findall(r"- intent: (\w+)", _rules())) == intents


@pytest.mark.parametrize("file", NLU_FILES, ids=lambda file: file.stem)
def test_every_intent_has_forty_different_examples(file: Path) -> None:
    entry = yaml.safe_load(file.read_text("utf-8"))["nlu"][0]
    examples = [line.removeprefix("- ").strip().lower() for line in entry["examples"].splitlines() if line.strip()]
    assert entry["intent"] == file.stem.rsplit(".", 1)[0]
    assert len(set(examples)) == len(examples) >= 40


def test_no_utterance_stands_for_two_intents() -> None:
    seen: dict[str, str] = {}
    for file in NLU_FILES:
        for line in yaml.safe_load(file.read_text("utf-8"))["nlu"][0]["examples"].splitlines():
            plain = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", line.removeprefix("- ")).strip().lower()
            assert seen.setdefault(plain, file.stem) == file.stem, f"{plain!r} is in {seen[plain]} and {file.stem}"


def test_no_sentence_is_written_in_two_files() -> None:
    names = [name for file in DOMAIN_FILES for name in yaml.safe_load(file.read_text("utf-8")).get("responses") or {}]
    assert sorted(names) == sorted(set(names))


def test_every_sentence_is_in_both_languages() -> None:
    for name, variants in _domain("responses").items():
        if name in ONE_LANGUAGE:
            continue
        languages = ["zh" if "condition" in variant else "en" for variant in variants]
        assert sorted(set(languages)) == ["en", "zh"], name
        chinese = [variant for variant in variants if "condition" in variant]
        assert name in FILLED_IN or all(re.search(r"[\u4e00-\u9fff]", v["text"]) for v in chinese), name
        fields = [sorted(set(re.findall(r"{(\w+)}", variant["text"]))) for variant in variants]
        assert all(found == fields[0] for found in fields), f"{name}: the languages fill in different facts: {fields}"


def test_every_sentence_an_action_says_exists_and_none_is_unused() -> None:
    said = {
        node.value
        for file in (ROOT / "actions").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("utter_")
    }
    said |= set(re.findall(r"action: (utter_\w+)", _rules()))
    asked_by_forms = {f"utter_ask_{slot}" for form in _domain("forms").values() for slot in form["required_slots"]}
    assert said | asked_by_forms == set(_domain("responses"))


def test_the_domain_names_exactly_the_registered_actions() -> None:
    from actions.registry import all_skills

    services: Any = None  # actions keep their services and open nothing when they are made
    assert {action.name() for action in all_skills(services)} == set(_domain("actions"))


def test_every_choice_an_action_offers_exists() -> None:
    choices = yaml.safe_load((ROOT / "actions" / "wording.yml").read_text("utf-8"))["choice"]
    offered = {
        argument.value
        for file in (ROOT / "actions").glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) in ("offer", "button")
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert offered == set(choices)


def test_words_are_in_both_languages() -> None:
    groups = yaml.safe_load((ROOT / "actions" / "wording.yml").read_text("utf-8"))
    for name, words in groups.items():
        for key, word in words.items():
            assert {"en", "zh"} <= set(word), f"{name}.{key}"
