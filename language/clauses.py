"""The clauses of a message: where one request ends and the next begins, in English and Chinese.

Shoppers put several requests into one message ("where is my order, and do you have it in red?"). A message is
split at the ends of its sentences, and inside a sentence where a conjunction or a comma is followed by the
beginning of another request. What each clause means is read by the same model as the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from language.understanding import OUT_OF_SCOPE, UNSURE, Reading

MAX_CLAUSES = 24
"""Of a longer message only so many are read one by one; a reading costs milliseconds."""

CONVERSATIONAL = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "inform", "praise", "bot_challenge", "stop", "complain"}
    | {OUT_OF_SCOPE, UNSURE}
)
"""Intents that ask for nothing which another request of the same message would not already ask for."""

_SENTENCE_END = re.compile(r"(?<!\bNo)(?<!\bSt)[.!?](?=\s|$)[\s]*|[。！？；\n]+|;\s+")
_VERBS = (
    r"cancel|return|exchange|change|modify|update|switch|swap|replace|refund|track|check|tell|show|find|give|send|"
    r"recommend|compare|explain|upgrade|remove|use|make|let"
)
_ENGLISH_START = (
    r"(?:please\s+)?(?:(?:i|we)(?:\s|'|’)|(?:how|what|where|when|which|why|who)(?:'?s)?\b"
    rf"|(?:is|are|do|does|did|can|could|would|will)\b|(?:{_VERBS})\b)"
)
_ENGLISH_JOINT = re.compile(
    rf"(?:,\s*|\s+)(?:and\s+also|and\s+then|and|also|then|plus|but|lastly|finally)\s+(?={_ENGLISH_START})"
    rf"|,\s*(?={_ENGLISH_START})",
    re.I,
)
_CHINESE_JOINT = re.compile(
    r"[，,；]\s*(?=还有|另外|然后|顺便|再|并且|同时|以及|也|请|帮|我|你们|能|可以|有没有|怎么|什么|把|将|取消|退(?!款)|改(?![成到为寄])|换(?!成))"
    # What is wanted where a wish cannot be met is a request of its own only if it is another kind of change.
    r"|[，,；]\s*(?=(?:如果|要是|假如|万一|实在|没有的话|没货|缺货|不行)[^。？！]*(?:退|取消|算了))"
    # Between these words and the one before them shoppers leave the comma out.
    r"|(?<=[\u4e00-\u9fff])\s*(?=(?:另外|然后|顺便|并且|同时)(?:再|也|还|帮|把|请|想|要|给|将|我|问|查))"
)
_CONDITION = re.compile(r"\s*(?:and |but |or )?(?:if|unless|otherwise)\b|\s*(?:如果|要是|假如|若|万一|没有的话)", re.I)
_ASKS = re.compile(
    rf"[?？]|吗|呢\s*$|怎么|什么|多少|哪|几[天件个]|有没有|能不能|可不可以|帮我|请|我想|我要|想要|麻烦|给我|需要"
    rf"|^\W*(?:把|将|取消|退(?!款)|换|改)|(?:想|要|帮忙|直接)(?:退|换|改|取消)|换成|改成|改到|退[了掉]|取消[了掉]吧"
    rf"|\b(?:please|pls|plz|want|would like|'d like|need|wish|can (?:i|you|we)|could (?:i|you|we))\b"
    rf"|\b(?:how|what|where|when|which|why)(?:.?s)?\b"
    rf"|^\W*(?:and|also|then|plus|lastly|finally)?\s*(?:{_VERBS}|do you|is there|are there|is it|any)\b",
    re.I,
)


@dataclass(frozen=True)
class Clause:
    """A part of a message and what it means by itself; ``start`` and ``end`` are characters of the message.

    ``lead`` is what stands between it and the clause before: ``", but "``.
    """

    text: str
    lead: str
    start: int
    end: int
    reading: Reading

    @property
    def asks(self) -> bool:
        """Whether it asks for something, rather than tells what happened."""
        return self.reading.intent.label not in CONVERSATIONAL and bool(_ASKS.search(self.text))


def split(text: str) -> list[tuple[int, int]]:
    """(start, end) of the clauses in characters; they do not overlap, and hold every letter of the text."""
    spans = []
    for start, end in _cut(text, 0, len(text), _SENTENCE_END):
        if _CONDITION.match(text, start, end):  # "if there is none, I'd take the blue one" is one clause
            spans.append((start, end))
            continue
        joint = _CHINESE_JOINT if re.search(r"[\u4e00-\u9fff]", text[start:end]) else _ENGLISH_JOINT
        spans += _cut(text, start, end, joint)
    return [span for span in spans if re.search(r"\w", text[slice(*span)])][:MAX_CLAUSES]


def read_clauses(text: str, read: Callable[[str], Reading]) -> list[Clause]:
    """The clauses of a message, each read by itself; empty when the message is a single one."""
    spans = split(text)
    if len(spans) < 2:
        return []
    ends = [0, *(end for _, end in spans)]
    return [
        Clause(text[start:end], text[before:start], start, end, read(text[start:end]))
        for (start, end), before in zip(spans, ends, strict=False)
    ]


def leading(whole: Reading, clauses: list[Clause]) -> Clause | None:
    """The clause whose intent the whole message should act on first; None for the whole message's own.

    A message that asks for several things is acted on from its first request; one that is unclear as a whole
    may be clear in a part. Whoever wants a person, or wants to stop, wants only that.
    """
    asking = [clause for clause in clauses if clause.asks]
    if not asking or whole.intent.label in ("human_handover", "stop"):
        return None
    unclear = whole.intent.label in CONVERSATIONAL
    several = len({clause.reading.intent.label for clause in asking}) > 1
    return asking[0] if several or unclear else None


def _cut(text: str, start: int, end: int, joint: re.Pattern[str]) -> list[tuple[int, int]]:
    spans, at = [], start
    for match in joint.finditer(text, start, end):
        if re.search(r"\w", text[at : match.start()]):
            spans.append((at, match.start() if joint is not _SENTENCE_END else match.end()))
            at = match.end()
    return [*spans, (at, end)] if at < end else spans
