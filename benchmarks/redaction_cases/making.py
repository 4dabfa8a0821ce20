"""Makes marked messages from the templates and words: with typed spacing, full-width digits, emoji, small letters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.redaction_cases.cases import Case, Part, read_marked
from shop.demo.words import read_data

_FOLDER = Path(__file__).parent
_KINDS = {
    **dict.fromkeys(("full", "first", "known", "known_first", "known_title", "title_name"), "name"),
    **dict.fromkeys(("order", "order2", "bare"), "order_number"),
    **dict.fromkeys(("address", "zip"), "address"),
    **{kind: kind for kind in ("email", "phone", "card")},
}
_WIDE = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
_DOUBLE_SURNAMES = ("欧阳", "上官", "诸葛", "司马", "皇甫", "令狐", "公孙", "宇文")
_EMOJI = "😀😡🙏😭👍🎁📦"
_CARD_STARTS = (
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("62", 19),
    ("62", 16),
)


class Maker:
    """Makes the messages of one language and part; the same seed makes the same."""

    def __init__(self, language: str, part: Part, seed: int) -> None:
        self._language, self._part = language, part
        self._random = Random(f"{seed}:{language}:{part}")
        ending = "" if part == "develop" else "_report"
        self._templates: list[str] = yaml.safe_load((_FOLDER / f"templates{ending}.{language}.yml").read_text("utf-8"))
        self._words = _words(ending)[language]
        self._known: tuple[str, ...] = ()

    def make(self) -> Case:
        """A message from any of the templates."""
        self._known = ()
        names = self._full(), self._full()
        template = self._pick(self._templates)
        marked = re.sub(r"\{(\w+)\}", lambda match: self._filled(match[1], names), template)
        return read_marked(self._loosened(marked), self._language, self._known)

    def _filled(self, slot: str, names: tuple[str, str]) -> str:
        if slot.startswith("known"):
            self._known = names
            value = {"known": names[0], "known_first": names[0].split()[0], "known_title": self._titled(names[0])}[slot]
        else:
            value = self._slots[slot]()
        kind = _KINDS.get(slot)
        return f"[{value}]({kind})" if kind else value

    @property
    def _slots(self) -> dict[str, Callable[[], str]]:
        pick, digits, random = self._word, self._digits, self._random
        other: dict[str, Callable[[], str]] = {
            "full": self._full,
            "first": lambda: pick("first") if self._language == "en" else self._full(),
            "title_name": lambda: self._titled(self._full()),
            "order": self._order,
            "order2": self._order,
            "bare": lambda: digits(7),
            "address": self._address,
            "phone": self._phone,
            "email": self._email,
            "card": self._card,
            "quantity2": lambda: str(random.randint(2, 20)),
            "zip_said": lambda: f"zip code [{pick('zip')}](address)",
            "quantity": lambda: str(random.randint(2, 20)),
            "code": lambda: digits(6),
            "time": lambda: f"{random.randint(8, 20)}:{random.choice(['00', '30'])}",
            "coupon": lambda: f"SAVE{random.randint(5, 50)}",
            "percent": lambda: f"{random.randint(5, 50)}%",
            "city": lambda: pick("city_asked"),
            "price2": lambda: pick("price"),
            "size2": lambda: pick("size"),
        }
        plain = {name: partial(pick, name) for name in ("product", "price", "size", "date", "model", "zip", "old")}
        return {**plain, **other}

    def _full(self) -> str:
        if self._language == "zh":
            return self._word("surname") + self._word("given")
        return f"{self._word('first')} {self._word('last')}"

    def _titled(self, name: str) -> str:
        surname = name[:2] if name[:2] in _DOUBLE_SURNAMES else name[:1]
        return surname + self._random.choice(["先生", "女士", "小姐"])

    def _order(self) -> str:
        style = self._random.choice(["#W{}", "W{}", "W{}", "w{}", "W {}", "W-{}", "#w{}"])
        return style.format(self._digits(7))

    def _email(self) -> str:
        local = self._word("mail_names") if self._language == "zh" else self._latin_local()
        written = f"{local}@{self._word('domain')}"
        return self._random.choice(
            [written] * 6 + [written.upper(), written.replace("@", " @ "), written.replace("@", "@ ")]
        )

    def _latin_local(self) -> str:
        first, last = self._word("first").lower(), re.sub(r"\W", "", self._word("last").lower())
        return self._random.choice(
            [f"{first}.{last}", f"{first}{self._digits(2)}", f"{first[0]}{last}", f"{last}_{first}", f"{first}+shop"]
        )

    def _phone(self) -> str:
        digits = self._digits
        if self._language == "zh":
            mobile = f"1{self._random.choice('3456789')}{digits(1)}", digits(4), digits(4)
            landline = self._random.choice(["010", "021", "0755", "0571"])
            return (
                self._random.choice(
                    ["{}{}{}", "{}{}{}", "{} {} {}", "{}-{}-{}", "+86 {}{}{}", "+86 {} {} {}", "86-{}{}{}"][:6]
                ).format(*mobile)
                if self._random.random() < 0.85
                else f"{landline}-{self._random.choice('2345678')}{digits(7)}"
            )
        parts = (
            f"{self._random.choice('2345679')}{digits(2)}",
            f"{self._random.choice('2345678')}{digits(2)}",
            digits(4),
        )
        style = self._random.choice(
            [
                "({}) {}-{}",
                "{}-{}-{}",
                "{}.{}.{}",
                "{}{}{}",
                "{} {} {}",
                "+1 {} {} {}",
                "+1-{}-{}-{}",
                "1 {} {} {}",
                "+1({}){}-{}",
            ]
        )
        return style.format(*parts)

    def _card(self) -> str:
        start, length = self._random.choice(_CARD_STARTS)
        body = start + self._digits(length - len(start) - 1)
        total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
        number = body + str(-total % 10)
        gap = self._random.choice(["", "", " ", "-", "  "])
        cuts = (0, 4, 10, 15) if length == 15 else (*range(0, length, 4), length)
        return gap.join(number[a:b] for a, b in itertools.pairwise(cuts))

    def _address(self) -> str:
        return self._chinese_address() if self._language == "zh" else self._western_address()

    def _western_address(self) -> str:
        if self._random.random() < 0.2:
            return self._word("british")
        unit = self._random.choice(["", "", f", {self._word('unit')}", f" {self._word('unit')}"])
        street = f"{self._random.randint(1, 9999)} {self._word('street')} {self._word('kind')}{unit}"
        town = f"{self._word('city')}, {self._word('state')} {self._digits(5)}"
        return self._random.choice(
            [
                f"{street}, {town}",
                f"{street}, {town}",
                street,
                f"{street}, {town.replace(',', '')}",
                f"{street}\n{town}",
            ]
        )

    def _chinese_address(self) -> str:
        number = f"{self._word('road')}{self._random.randint(1, 1999)}号"
        inner = self._random.choice(
            ["", self._word("building"), self._word("building") + self._word("unit"), self._word("unit")]
        )
        return self._random.choice([self._word("region")] * 4 + [""]) + number + inner

    def _loosened(self, marked: str) -> str:
        chance = self._random.random()
        if chance < 0.06:
            return re.sub(r"\d", lambda match: chr(_WIDE[ord(match[0])]), marked)
        if chance < 0.2:
            return marked + self._random.choice(["", " ", "!! "]) + self._random.choice(_EMOJI)
        if chance < 0.28:
            return marked.replace(", ", ",").replace("，", " ")
        return marked

    def _digits(self, count: int) -> str:
        return "".join(self._random.choice("0123456789") for _ in range(count))

    def _word(self, name: str) -> str:
        return str(self._pick(self._words[name]))

    def _pick(self, options: list[Any]) -> Any:
        return self._random.choice(options)


@cache
def _words(ending: str) -> dict[str, dict[str, list[str]]]:
    words: dict[str, dict[str, list[str]]] = yaml.safe_load((_FOLDER / f"words{ending}.yml").read_text("utf-8"))
    if ending:
        people = read_data("people")
        western = [culture for name, culture in people["cultures"].items() if name != "chinese"]
        words["en"]["first"] = [name for culture in western for name in culture["she"] + culture["he"]]
        words["en"]["last"] = [name for culture in western for name in culture["last"]]
        words["en"]["city"] = [city for city, *_ in people["cities"]]
        words["en"]["state"] = [state for _, state, *_ in people["cities"]]
    return words


def make_cases(part: Part, count: int, seed: int) -> list[Case]:
    """``count`` messages, half in each language."""
    makers = [Maker(language, part, seed) for language in ("en", "zh")]
    return [makers[number % 2].make() for number in range(count)]
