"""Which language a message is in, English or Chinese, or that it does not say."""

from __future__ import annotations

import re

_NOT_LANGUAGE = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|#?\b[a-z]*\d[\w-]*", re.I | re.A)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
"""Kana and Hangul: Han characters beside them are Japanese or Korean."""
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.I)
_FOREIGN_LETTER = re.compile(r"[\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")

_FUNCTION_WORDS = frozenset(
    "a an the i i'm i've i'd i'll my me mine we our you your it it's its this that these those he she his her him they "
    "their is isn't are aren't was wasn't were be been am do don't does doesn't did didn't have haven't has hasn't had "
    "can can't could will won't would should may might to of in on at for from with by about and or but not if so than "
    "then there here what what's which who why how when where where's any some all more just please".split()
)
_CHAT_WORDS = frozenset(
    "hi hello hey yes yeah yep yup no nope nah ok okay sure thanks thank thx ty pls bye goodbye cheers sorry help stop "
    "cancel order orders track tracking return returns refund refunds exchange delivery shipping shipped parcel "
    "package address payment invoice receipt size colour color price discount coupon store account password human "
    "agent english good great bad awful cheaper bigger smaller large medium small red blue black white green never "
    "nothing something anything find show need want looking buy gift jacket shoes dress shirt headphones".split()
)
_FOREIGN_WORDS = frozenset(
    "je tu il elle nous vous les des une est pas pour avec dans merci bonjour oui el la los las un una es por para "
    "con gracias hola donde mi pedido qué der die das ich und ist nicht mit für ein eine danke hallo wo bitte il lo "
    "gli che non sono per grazie ciao dove o os uma não obrigado ola onde meu".split()
)
_ENOUGH_FUNCTION_WORDS = 2


def detect(text: str) -> str | None:
    """ "en", "zh", or None when the text gives no signal: digits, e-mails, emoji, one unknown Latin word.

    Chinese characters make a text Chinese, unless it is plainly an English sentence that quotes some.
    """
    text = _NOT_LANGUAGE.sub(" ", text)
    han = len(_HAN.findall(text))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if _OTHER_SCRIPT.search(text):
        return None
    if han:
        function_words = sum(word in _FUNCTION_WORDS for word in words)
        return "en" if function_words >= _ENOUGH_FUNCTION_WORDS and len(words) > han else "zh"
    return "en" if _is_english(text, words) else None


def _is_english(text: str, words: list[str]) -> bool:
    known = sum(word in _FUNCTION_WORDS or word in _CHAT_WORDS for word in words)
    foreign = sum(word in _FOREIGN_WORDS and word not in _FUNCTION_WORDS for word in words)
    if foreign > known or (_FOREIGN_LETTER.search(text) and known < _ENOUGH_FUNCTION_WORDS):
        return False
    return known > 0 or len(words) > 1
