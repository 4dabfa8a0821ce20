"""Names that a Chinese text introduces: 我叫…, 收件人：…, …先生, a name before a telephone or an address."""

from __future__ import annotations

import re
from functools import cache

from language.entities import Entity
from language.redaction.words import as_set, characters, one_of

_BOUNDARY = r"(?=\s|\s*(?:[,，。.!！?？;；:：、/\n\0()（）~]|$|[啊呀呢吧哦]))"
_LATIN = r"[A-Z][A-Za-z'’-]+(?: [A-Z][A-Za-z'’-]+){0,2}"
_WORD = r"[A-Za-z][A-Za-z'’-]+"
_BEFORE = r"(?:^|(?<=[\s,，。.!！?？;；:：、\n\0()（）]))"


def find_names(text: str) -> list[Entity]:
    """Names that the text says are names; with a title (王先生) the title too, which else would hang alone."""
    found: list[Entity] = []
    for pattern in _patterns():
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if match["name"].lower() in as_set("no_names") or _is_word(match["name"]):
                continue
            if not any(start < each.end and each.start < end for each in found):
                found.append(Entity("name", text[start:end], start, end))
    return found


def _is_word(written: str) -> bool:
    return any(written.startswith(word) for word in as_set("no_names_zh"))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    surname = rf"(?:{one_of('double_surnames')}|[{characters('surnames')}])"
    given = _given()
    name = rf"{surname}\s?{given}(?:\s?{given})?"
    rare = rf"[{characters('rare_surnames')}]{given}(?:{given})?"
    any_titled = rf"[{characters('rare_surnames')}](?:{given}){{0,2}}?{one_of('titles_zh')}"
    any_name = rf"(?:{given}){{2,4}}{_BOUNDARY}"
    nick = rf"[小阿老]{given}"
    called = (
        r"(?:我叫|叫我|本人(?:叫|姓名)?|我的?名字|姓名|(?<![区店品货司牌系称])名字|收件人|收货人|联系人|签收人|户主|(?<!用)户名|署名|持卡人|开户人|转告|告诉|称呼我?|收件方|收(?=[:：]))"
        r"(?:姓名|名字)?(?:[\s:：,，]|写错了?|的是|的|应该|请|改成|改|换|填写|填|改为|换成|写成|写|是|叫|为|成){0,4}"
    )
    relation = rf"{one_of('relations_zh')}(?:叫|是)?"
    spoken_of = r"(?:姓名|名字|收件人|收货人|联系人)[^\n。]{0,20}"
    titled = rf"{surname}(?:{given}){{0,2}}?{one_of('titles_zh')}"
    return (
        re.compile(rf"{called}(?P<name>{titled}|{any_titled}|{name}|{rare}|{nick}(?!先生)|{_LATIN})"),
        re.compile(rf"{spoken_of}?(?<!不)是(?P<name>{name})(?={_BOUNDARY}|不是|而不)"),
        re.compile(rf"{spoken_of}是(?P<name>{name}){_BOUNDARY}"),
        re.compile(rf"我{relation}(?P<name>{name})"),
        re.compile(rf"(?:我叫|(?:姓名|收件人|收货人|联系人|名字)(?:[:：]|叫|是|改成|改为))\s?(?P<name>{any_name})"),
        re.compile(
            rf"(?:[写填](?:[:：]|成|上|的是)?|面单(?:上|这样)?写?[:：])(?P<name>{titled}|{name})(?={_BOUNDARY}|吧|收|的名|就|可)"
        ),
        re.compile(rf"(?P<name>{titled}|{name})的名字(?=[吧,，。取]|$)"),
        re.compile(rf"(?:你好|您好|在吗|客服好)[啊呀]?[,，!！ ]\s?(?P<name>{name})(?=[,，。 ])"),
        re.compile(
            rf"(?:谢谢|多谢|感谢|辛苦了|麻烦了|敬礼)[啦了您你]{{0,2}}[,，。!！~\s]+(?P<name>{name}|{nick})\s*[。!！]?\s*$"
        ),
        re.compile(rf"\n\s*(?P<name>{name}|{nick})\s*$"),
        re.compile(
            rf"(?:{_BEFORE}|(?<=[由让请给叫]))(?P<name>{name})(?=代?收(?![到货件据费藏入拾])|签收|代取|[来去]取|本人)"
        ),
        re.compile(rf"{_BEFORE}(?P<name>{name})的(?=包裹|订单|快递|件|账号|地址|电话)"),
        re.compile(rf"(?:送给|交给|转交|寄给)(?P<name>{name})(?=的|{_BOUNDARY})"),
        re.compile(rf"叫(?P<name>{name})的"),
        re.compile(rf"我姓(?P<name>{surname})"),
        re.compile(rf"(?:我是|这里是|应该是)(?P<name>{name}){_BOUNDARY}"),
        re.compile(rf"我是(?P<name>{_LATIN}){_BOUNDARY}"),
        re.compile(rf"(?:我叫|(?:姓名|收件人|收货人)[:：]\s?)(?P<name>{_WORD}(?: {_WORD})?)(?![A-Za-z@.])"),
        re.compile(rf"(?:{_BEFORE}|(?<=[给是叫找让请跟和把的位系问向替被]))(?P<name>{titled})"),
        re.compile(rf"(?:{_BEFORE}|(?<=[写给]))(?P<name>{name})\s?收(?![到货件据费藏入拾])"),
        re.compile(rf"(?:{_BEFORE}|(?<=联系)|(?<=[找给]))(?P<name>{name}|{rare})(?=[\s,，:：]*\0)"),
        re.compile(rf"(?<=\0)[\s,，]*(?P<name>{name})(?=\s*(?:收|[,，。\n\0]|$))"),
    )


@cache
def _given() -> str:
    """A character of a given name; one that begins what follows is none."""
    return rf"(?!{one_of('given_stop_words')})(?![{characters('given_stops')}])[\u4e00-\u9fff]"
