"""Names that an English text introduces: "my name is …", "this is …", a greeting's end, a title, a recipient."""

from __future__ import annotations

import re
from functools import cache

from language.entities import Entity
from language.redaction.words import as_set, one_of

GAP = "\0"
"""Stands where something else was found already: what comes right before an address may be its recipient."""

_LETTERS = r"[^\W\d_]"
_NAME = rf"(?:{_LETTERS}(?:{_LETTERS}|['’-](?={_LETTERS}))*\.?)"
_LARGE = rf"(?:(?-i:[A-Z])(?:{_LETTERS}|['’-](?={_LETTERS}))*\.?)"
_HANDED = (
    r"(?:ask\s+for|(?:picked\s+up|collected|received|accepted|signed|paid|sent|ordered|placed)\s+by|belongs\s+to"
    r"|(?:gift|present|surprise)\s+(?:for|to))"
)
_SHORT_ING = 6
"""Longer words in -ing are what somebody does; Ming and Jing are names."""
_END = (
    r"(?=\s*(?:[,.!?;:\n\0()]|$|\s-|\s(?:speaking|here|from|again|and|with|on|at|but|i|calling|writing|not|instead)\b))"
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Each with whether what it introduces is surely a name, so that it may be written small."""
    called = (
        r"\b(?:my|her|his|their|our|the)\s+(?:\w+['’]s\s+)?(?:full\s+|first\s+|last\s+|sur)?name"
        r"(?:(?:'s|’s|s|\s+is|\s+in\s+\w+\s+is|\s+to|\s+should\s+be)\s+|\s*[:=]\s*)"
        r"|(?:^|[.,!\n]\s*)name(?:'s|’s|\s+is)\s+"
        r"|\b(?:by\s+the\s+name\s+of|goe?s?\s+by|named|i['’]m\s+called|calls?\s+me|on\s+behalf\s+of)\s+"
        r"|(?:^|[\n,;(])\s*(?:full\s+|customer\s+)?name\s*[:=]\s*"
        r"|\b(?:under\s+(?:the\s+)?name(?:\s+of)?|in\s+(?:the\s+)?name\s+of)\s+"
        r"|\bname\s+(?:on|for)\s+(?:the\s+|my\s+)?(?:order|account|card|label|parcel|invoice|package)(?:\s+is|\s+should\s+be)?[\s:]+"
        r"|\b(?:recipient|addressee|account\s+holder|cardholder|contact(?:\s+person)?)(?:'s\s+name|\s+name)?"
        r"(?:\s+(?:is|should\s+be|will\s+be)|\s*[:=])\s*"
        r"|\b(?:attn|attention|c/o|care\s+of|signed\s+by|addressed\s+to)[:.]?\s+"
    )
    said = (
        r"\b(?:this\s+is|i\s+am|i['’]?m|it['’]?s|its|it\s+is)\s+",
        r"\b(?:please\s+|just\s+)?call\s+me\s+",
    )
    signed = (
        r"(?:\b(?:regards|thanks|thank\s+you|thx|cheers|best|wishes|sincerely|faithfully|truly|respectfully|yours|love"
        r"|greetings|take\s+care|signed:?)"
        r"(?:\s+(?:in\s+advance|again|so\s+much|very\s+much|a\s+lot|for\s+(?:your|the|all)\s+\w+))?[,!.]*\s*\n?\s*)"
    )
    return (
        (re.compile(rf"(?:{called})(?P<name>{_NAME}(?:[ ]{{1,2}}{_NAME}){{0,3}})", re.I), True),
        *((re.compile(rf"(?:{start})(?P<name>{_LARGE}(?:\s{_LARGE}){{0,3}}){_END}", re.I), False) for start in said),
        (re.compile(rf"\n\s*[-–—~]?\s*(?P<name>{_LARGE}(?:[ ]{_LARGE}){{0,2}})\s*[.!]?\s*$", re.I), False),
        (
            re.compile(rf"\b{_HANDED}\s+(?P<name>{_LARGE}(?:\s{_LARGE}){{0,2}})(?=\s*(?:[,.!?;\n\0]|$|\s[a-z]))", re.I),
            False,
        ),
        (re.compile(rf"{signed}(?P<name>{_LARGE}(?:\s{_LARGE}){{0,2}})\s*[^\w\n\0]*(?=$|\n|\0)", re.I), False),
        (re.compile(rf"\b(?:{'|'.join(as_set('titles'))})\b\.?\s+(?P<name>{_LARGE}(?:\s{_LARGE}){{0,2}})"), False),
        (
            re.compile(
                rf"\bname\b[^\n]{{0,20}}(?:should|shall|must)\s+be\s+(?P<name>{_LARGE}(?:\s{_LARGE}){{0,2}}){_END}",
                re.I,
            ),
            False,
        ),
        (re.compile(rf"(?P<name>{_LARGE}(?:\s{_LARGE}){{0,2}})\s+is\s+my\s+name\b", re.I), True),
        (re.compile(rf"\bmy\s+{one_of('relations')}\s+(?P<name>{_LARGE}(?:\s{_LARGE})?)", re.I), False),
        (
            re.compile(
                rf"(?:^|[.!?,\n]\s*|\b(?:hi|hey|hello)\b[,!]?\s+)(?P<name>{_LARGE}(?:\s{_LARGE})?)\s+(?:here\b(?!\s+(?:is|are))|speaking\b)",
                re.I,
            ),
            False,
        ),
        (re.compile(rf"(?P<name>{_LARGE}(?:\s{_LARGE}){{1,2}})[\s,]*(?:\bc/o\s+)?(?=\0)", re.I), False),
        (
            re.compile(
                rf"\b(?:ship|send|deliver|post|mail|hand)\w*\s+(?:\w+\s+)?to\s+(?P<name>{_LARGE}(?:\s{_LARGE}){{1,2}})(?=\s*(?:[,\n\0]|\(|$|not\b|instead\b))",
                re.I,
            ),
            False,
        ),
    )


def find_names(text: str) -> list[Entity]:
    """Names that the text itself says are names, without titles."""
    found: list[Entity] = []
    for pattern, sure in _patterns():
        for match in pattern.finditer(text):
            span = _narrowed(match, sure)
            if span and not any(span[0] < each.end and each.start < span[1] for each in found):
                found.append(Entity("name", text[span[0] : span[1]], *span))
    for match in _small().finditer(text):
        if not any(match.start("name") < each.end and each.start < match.end("name") for each in found):
            found.append(Entity("name", match["name"], *match.span("name")))
    return found


@cache
def _small() -> re.Pattern[str]:
    """Introduced in small letters: only first names that are no words."""
    first = one_of("first_names")
    return re.compile(
        rf"(?:\b(?:this\s+is|i\s+am|i['’]?m|it['’]?s|call\s+me|hi|hey|hello)[,\s]+)"
        rf"(?P<name>{first}\b(?:\s{_NAME}(?=\s*(?:[,.!?\n\0]|$|\s(?:here|again|speaking|from)\b)))?)",
        re.I,
    )


def _narrowed(match: re.Match[str], sure: bool) -> tuple[int, int] | None:
    """Where the name ends: before a word that is none, and not with a dot that ends the sentence."""
    start, written = match.start("name"), match["name"]
    end = start
    for word in re.finditer(r"\S+", written):
        plain = re.sub(r"['’]s$", "", word[0].rstrip("."))
        if end == start and plain in as_set("titles"):
            start = end = match.start("name") + word.end() + 1
            continue
        if _is_no_name(plain, sure, first=end == start):
            break
        end = match.start("name") + word.start() + len(plain)
        if len(plain) > 1 and word[0].endswith(".") and not word[0][:-1].istitle():
            break
        if plain != word[0] and not word[0].endswith("."):
            break
    return (start, end) if end > start else None


def _is_no_name(word: str, sure: bool, first: bool) -> bool:
    lower = word.lower()
    if lower in as_set("no_names"):
        return True
    if first and word in as_set("place_starts"):
        return True
    if not sure and first and lower.endswith("ing") and len(lower) > _SHORT_ING:
        return True
    return not sure and any(
        lower.endswith(ending) and len(lower) > len(ending) + 1 for ending in as_set("no_name_endings")
    )
