"""A scenario's sentences ("You want to return your lamp") as the customer says them ("I want to return my lamp")."""

from __future__ import annotations

import re

_AGENT = "\x00"  # stands for the bot ("you" in what is said) while the scenario's "you" becomes "I"

#: What a scenario says about how to behave, not what to say.
_STAGE_DIRECTION = re.compile(
    r"\b(?:mention|reveal|share|polite|insistent|natural|make up reasons|end the conversation|one thing at a time"
    r"|piecewise|confusing|too many words|interacting with|carry on with)\b",
    re.IGNORECASE,
)
_ONLY_DIRECTION = re.compile(
    r"^\W*(?:make sure|be |do not|don't|mention|you like to|try to|make everything|briefly|as you are|you carry on)",
    re.IGNORECASE,
)
_UNTOLD = re.compile(
    r",?\s*\(?(?:and |which |because )?you (?:do not|don't|won't|prefer not to|would not) "
    r"(?:want to )?(?:reveal|mention|share)"
    r"(?: (?:it|your address|them))?(?: yourself)?(?: to the agent)?(?: for private reasons)?,?"
    r"(?: (?:but|and)(?: insist)?)?(?= |\)|$)",
    re.IGNORECASE,
)
_RULES: tuple[tuple[str, str], ...] = (
    (r"\bthe (?:customer service )?agent's\b", f"{_AGENT}r"),
    (r"\b(?:the (?:customer service )?)?agent\b", _AGENT),
    (rf"{_AGENT} has\b", f"{_AGENT} have"),
    (rf"{_AGENT} is\b", f"{_AGENT} are"),
    (rf"{_AGENT} does(n't| not)\b", rf"{_AGENT} do\1"),
    (rf"{_AGENT} (\w\w+[^s])s\b", rf"{_AGENT} \1"),
    (r"\byou first ask about\b", "can you tell me about".replace("you", _AGENT)),
    (r"^do not say yes immediately, because ", ""),
    (r"\byou add another request and ", "you "),
    (r"\byou name\b", "my name"),
    (r"\byou are\b", "I am"),
    (r"\byou were\b", "I was"),
    (r"\byou're\b", "I'm"),
    (r"\byou('ve|'d|'ll)\b", r"I\1"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (r"\b(asks?|tells?|for|to|with|of|saves?|gives?|makes?|helps?|lets?|allows?|by|from|about) you\b", r"\1 me"),
    (r"\byou\b", "I"),
    (rf"\b(?:I )?(?:also )?(?:ask|tell) {_AGENT} (?:explicitly )?to\b", "please"),
    (
        rf"\b(?:I )?(?:also )?ask {_AGENT} (?:explicitly )?(?=how|what|which|whether|if|about|for|when|where)",
        "can you tell me ",
    ),
    (rf"\b(?:I )?tell (?:{_AGENT}|them|it) not to\b", "please do not"),
    (rf"\b(?:I )?tell (?:{_AGENT}|them|it) to\b", "please"),
    (rf"\b(?:I )?tell (?:{_AGENT}|them|it) (?:that )?", ""),
    (r"^(?:I )?(?:then )?(?:say|mention) (?:that )?", ""),
    (
        r"\bI (?:am|become) angry(?: and swear for a few times)?,? (?:and |but |then )*"
        r"(?=ask|agree|return|refund|prefer)",
        "I am angry, ",
    ),
    (r"^I ask if I can\b", "Can I"),
    (r"\bask for (?:a )?(?=human|real person)", "I want to talk to a "),
    (_AGENT, "you"),
    (r"\bI agree to\b", "I agree to"),
    (r"\s+([,.;?!])", r"\1"),
    (r"\s{2,}", " "),
)


def first_person(text: str) -> str:
    """What the customer says for a sentence of the scenario; empty for a mere stage direction."""
    if re.search(r"\([^()]*\bdo not (?:share|reveal|mention) this\b[^()]*\)", text):
        return ""
    told = _untold(re.sub(r"\s*\(([^()]*)\)", _aside, text))
    if _STAGE_DIRECTION.search(told) and _ONLY_DIRECTION.search(told):
        return ""
    for pattern, said in _RULES:
        told = re.sub(pattern, said, told, flags=re.IGNORECASE)
    told = re.sub(r"^[ ,;.]+|[ ,;]+$", "", told).replace(" ,", ",")
    return told[:1].upper() + told[1:] if told.strip(" .") else ""


def as_answer(text: str) -> str:
    """The same for what a condition leads to, where "mention ..." and "say ..." tell what to say."""
    return first_person(re.sub(r"^(?:then )?(?:(?:say|mention)\b(?: that)?|provide) ", "", text, flags=re.IGNORECASE))


def hidden(text: str) -> str:
    """What stands in a text only for the customer to know."""
    notes = [note for note in re.findall(r"\(([^()]*)\)", text) if _STAGE_DIRECTION.search(note)]
    return " ".join(re.sub(r",? but do not.*$", "", note) for note in notes)


def _aside(found: re.Match[str]) -> str:
    """What remains of a bracket: nothing where it is for the customer only, all where nothing in it is."""
    rest = _untold(found[1])
    if _STAGE_DIRECTION.search(rest):
        return ""
    return found[0] if rest == found[1] else f", {rest.strip()}"


def _untold(text: str) -> str:
    return _UNTOLD.sub("", text)
