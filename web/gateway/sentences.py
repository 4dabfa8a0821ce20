"""What the gateway itself says, in both languages: only when the bot cannot."""

from __future__ import annotations

from shop.conversations import Choice

TALK_TO_A_PERSON = "gateway:talk_to_a_person"

_SENTENCES = {
    "timeout": {
        "en": "Sorry, this is taking longer than it should, so I stopped waiting. Your message is saved. "
        "Shall I try again, or would you rather talk to a person?",
        "zh": "抱歉，处理时间太长，我先停下来了。您的消息已保存。要我再试一次，还是转人工客服？",
    },
    "failed": {
        "en": "Sorry, something on our side is not working right now, so I could not finish this. "
        "Your message is saved. Shall I try again, or would you rather talk to a person?",
        "zh": "抱歉，我们的系统暂时出了点问题，没能完成您的请求。您的消息已保存。要我再试一次，还是转人工客服？",
    },
}
_TRY_AGAIN = {"en": "Try again", "zh": "再试一次"}
_PERSON = {"en": "Talk to a person", "zh": "转人工客服"}


def apology(kind: str, language: str) -> str:
    """The honest sentence for a turn that failed; ``kind`` as in ``TurnFailed``."""
    return _SENTENCES["timeout" if kind == "timeout" else "failed"][language]


def ways_on(language: str, asked: str) -> list[Choice]:
    """Try the same again (``asked``: the payload or text Rasa was given), or a person."""
    return [Choice(_TRY_AGAIN[language], asked), Choice(_PERSON[language], TALK_TO_A_PERSON)]
