"""Must-pass conversations: a challenger has to take every step of them as it is written.

They stand in ``training/must_pass/*.yml`` in the form of Rasa's test stories: what the shopper says, the intent that it
must be acted on as, the actions that must follow. Actions are predicted, not carried out; entities are not compared.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shop.errors import BadInput, Unavailable
from training.models.gate import Talk

if TYPE_CHECKING:
    from rasa.core.agent import Agent

FOLDER = Path("training/must_pass")


@dataclass(frozen=True)
class Turn:
    """What a shopper says, and what must come of it."""

    user: str
    intent: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """A conversation."""

    name: str
    turns: tuple[Turn, ...]


def read_stories(folder: Path = FOLDER) -> list[Story]:
    """The conversations of a folder, by file name. Raises BadInput, naming the file, where one cannot be read."""
    return [story for file in sorted(folder.glob("*.yml")) for story in _read(file)]


def start_comparing(champion: Path, challenger: Path, told: Path) -> subprocess.Popen[bytes]:
    """Begin to compare both archives in a process of its own, which writes ``told`` and ends."""
    told.unlink(missing_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "training", "talks", str(champion), str(challenger), str(told)]
    return subprocess.Popen(command)  # noqa: S603 - our own command


def finish_comparing(process: subprocess.Popen[bytes], told: Path) -> list[Talk]:
    """What came of it. Raises Unavailable where the process failed."""
    if process.wait() != 0 or not told.is_file():
        raise Unavailable(f"The must-pass conversations could not be held; code {process.returncode}.")
    return [Talk(**each) for each in json.loads(told.read_text("utf-8"))]


def save_comparison(stories: Sequence[Story], champion: Path, challenger: Path, told: Path) -> None:
    """What the process does."""
    talks = compare_talks(stories, champion, challenger)
    told.write_text(json.dumps([asdict(talk) for talk in talks], ensure_ascii=False), "utf-8")


def compare_talks(stories: Sequence[Story], champion: Path, challenger: Path) -> list[Talk]:
    """Walk both archives through the conversations. Loads Rasa, which takes a while and much memory."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    before, after = (asyncio.run(_walk_all(archive, stories)) for archive in (champion, challenger))
    return [Talk(story.name, not before[story.name], not after[story.name], after[story.name]) for story in stories]


async def _walk_all(archive: Path, stories: Sequence[Story]) -> dict[str, str]:
    """Of each conversation what went wrong first; empty where nothing did."""
    from rasa.core.agent import Agent

    agent = Agent.load(archive)
    return {story.name: await _walk(agent, story) for story in stories}


async def _walk(agent: Agent, story: Story) -> str:
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.constants import ACTION_LISTEN_NAME
    from rasa.shared.core.events import ActionExecuted

    for turn in story.turns:
        tracker = await agent.log_message(UserMessage(turn.user, sender_id=story.name))
        intent = tracker.latest_message.intent.get("name") if tracker.latest_message else None
        if intent != turn.intent:
            return f"“{turn.user}” is read as {intent}, not {turn.intent}"
        for wanted in (*turn.actions, ACTION_LISTEN_NAME):
            predicted = agent.predict_next_with_tracker(tracker) or {}
            action = max(predicted["scores"], key=lambda each: each["score"])["action"]
            if action != wanted:
                return f"after “{turn.user}” comes {action}, not {wanted}"
            tracker.update(ActionExecuted(action), agent.domain)
        await agent.tracker_store.save(tracker)
    return ""


def _read(file: Path) -> list[Story]:
    try:
        return [_story(each) for each in yaml.safe_load(file.read_text("utf-8"))["stories"]]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"{file} holds no test stories: {error!r}") from error


def _story(held: dict[str, Any]) -> Story:
    turns: list[Turn] = []
    for step in held["steps"]:
        if "user" in step:
            turns.append(Turn(step["user"].strip(), step["intent"], ()))
        else:
            said = turns.pop()
            turns.append(Turn(said.user, said.intent, (*said.actions, step["action"])))
    return Story(held["story"], tuple(turns))
