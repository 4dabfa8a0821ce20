"""Following the champion: the archive is asked for by ETag, loaded beside the one that serves, then put in its place.

Rasa can pull by itself, but loads on the event loop: for as long as that takes, on a busy machine many seconds,
nobody is answered. So ``make run`` lets Rasa pull once, when it starts (``wait_time_between_pulls: 0``), and this does
the rest.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from pathlib import Path

import aiohttp
from rasa.core.agent import Agent
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)


async def follow(agent: Agent) -> None:
    """Look for another champion for ever, as often as ``follow_seconds`` of the endpoint ``models`` says.

    Whatever goes wrong, the model that serves goes on serving.
    """
    server: EndpointConfig | None = agent.model_server
    seconds = float(server.kwargs.get("follow_seconds", 0)) if server else 0
    while server is not None and seconds:
        await asyncio.sleep(seconds)
        try:
            await load_if_new(agent, server)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            logger.warning("The champion could not be asked for: %r", error)
        except Exception:
            logger.exception("The champion could not be loaded. The model before serves on.")


async def load_if_new(agent: Agent, server: EndpointConfig) -> bool:
    """Load what the server has, unless the agent has it already; whether it did. Turns under way end with the old."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "champion.tar.gz"
        etag = await _download(server, agent.fingerprint or "", archive)
        if etag is None:
            return False
        processor = await asyncio.get_running_loop().run_in_executor(None, _load, agent, archive)
    _put_in_place(agent, processor, etag)
    logger.info("Serving with the model %s.", etag)
    return True


async def _download(server: EndpointConfig, etag: str, archive: Path) -> str | None:
    """The ETag of what was written into ``archive``; None where there is nothing new."""
    async with server.session() as session, session.get(server.url, headers={"If-None-Match": etag}) as response:
        if response.status != 200:
            return None
        with archive.open("wb") as file:
            async for chunk in response.content.iter_chunked(1 << 20):
                file.write(chunk)
        return response.headers["ETag"]


def _load(agent: Agent, archive: Path) -> MessageProcessor:
    return MessageProcessor(
        model_path=archive,
        tracker_store=agent.tracker_store,
        lock_store=agent.lock_store,
        action_endpoint=agent.action_endpoint,
        generator=agent.nlg,
        http_interpreter=agent.http_interpreter,
    )


def _put_in_place(agent: Agent, processor: MessageProcessor, etag: str) -> None:
    """What ``Agent.load_model`` does with a processor that it made."""
    agent.processor, agent.domain, agent.fingerprint = processor, processor.domain, etag
    agent.tracker_store.domain = processor.domain
    if isinstance(agent.nlg, TemplatedNaturalLanguageGenerator):
        agent.nlg.responses = processor.domain.responses
