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

import language
from shop.errors import BadInput, Unavailable
from training import checksums
from training.archive import sources_digest
from training.models import archives
from training.models.gate import Talk

if TYPE_CHECKING:
    from rasa.core.agent import Agent

FOLDER = Path("training/must_pass")
KEPT = Path("training") / "talks"
"""Below the state folder: what came of the conversations with each archive."""


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


def start_comparing(champion: Path, challenger: Path, told: Path, kept: Path) -> subprocess.Popen[bytes]:
    """Begin to compare both archives in a process of its own, which writes ``told`` and ends."""
    told.unlink(missing_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "training", "talks"]
    return subprocess.Popen([*command, *map(str, (champion, challenger, told, kept))])  # noqa: S603 - our own command


def finish_comparing(process: subprocess.Popen[bytes], told: Path) -> list[Talk]:
    """What came of it. Raises Unavailable where the process failed."""
    if process.wait() != 0 or not told.is_file():
        raise Unavailable(f"The must-pass conversations could not be held; code {process.returncode}.")
    return [Talk(**each) for each in json.loads(told.read_text("utf-8"))]


def save_comparison(champion: Path, challenger: Path, told: Path, kept: Path) -> None:
    """What the process does."""
    talks = compare_talks(read_stories(), champion, challenger, kept)
    told.write_text(json.dumps([asdict(talk) for talk in talks], ensure_ascii=False), "utf-8")


def compare_talks(stories: Sequence[Story], champion: Path, challenger: Path, kept: Path) -> list[Talk]:
    """Walk both archives through the conversations. Loads Rasa, which takes a while and much memory.

    What came of an archive is kept in the folder ``kept``, for as long as the conversations and the code are the same:
    a champion was walked when it was the challenger.
    """
    before, after = (_outcomes(archive, stories, kept) for archive in (champion, challenger))
    return [Talk(story.name, not before[story.name], not after[story.name], after[story.name]) for story in stories]


def _outcomes(archive: Path, stories: Sequence[Story], kept: Path) -> dict[str, str]:
    asked = [archives.checksum(archive), [asdict(story) for story in stories], sources_digest(), _language()]
    file = kept / f"{checksums.of_json(asked)}.json"
    if file.is_file():
        known: dict[str, str] = json.loads(file.read_text("utf-8"))
        return known
    found = asyncio.run(_walk_all(archive, stories))
    kept.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    draft.replace(file)
    return found


def _language() -> str:
    """Fingerprint of the room that reads a message with what an archive holds."""
    room = Path(language.__file__).parent
    names = (str(file.relative_to(room)) for file in room.rglob("*") if file.suffix in (".py", ".yml"))
    return checksums.of_folder(room, sorted(names))


async def _walk_all(archive: Path, stories: Sequence[Story]) -> dict[str, str]:
    """Of each conversation what went wrong first; empty where nothing did."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
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
