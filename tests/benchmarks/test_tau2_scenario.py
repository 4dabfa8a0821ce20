from __future__ import annotations

import pytest

from benchmarks.tau2_retail.first_person import first_person, hidden
from tests.benchmarks.tau2_shop import lexicon, scenario


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You want to return your fan.", "I want to return my fan."),
        ("You're late and you'd like a refund for yourself.", "I'm late and I'd like a refund for myself."),
        ("If the agent asks you to wait, say no.", "If you ask me to wait, say no."),
        ("You wonder if the agent can help you exchange it.", "I wonder if you can help me exchange it."),
        ("Ask the agent how much you get back.", "Can you tell me how much I get back."),
        ("Ask the agent to cancel it.", "Please cancel it."),
        ("You want your home address (you do not want to reveal it but it is in your profile).",
         "I want my home address, it is in my profile."),
        ("You want the teapot (it is blue, but do not mention it).", "I want the teapot."),
        ("Make sure you mention both things at the beginning.", ""),
        ("The item id is 12 (do not share this with the agent).", ""),
        ("You want to return it (but nothing else).", "I want to return it (but nothing else)."),
    ],
)  # fmt: skip
def test_sentences_become_what_the_customer_says(text: str, said: str) -> None:
    assert first_person(text) == said


def test_what_is_only_for_the_customer_is_kept_apart() -> None:
    text = "You want to return everything. (It's just a fan, but do not reveal it to the agent)."
    assert hidden(text) == "It's just a fan"
    assert "fan" not in first_person(text)


def test_things_are_recognised_by_the_words_people_use() -> None:
    found = [mention.products for mention in lexicon().mentions("return the fans, teapot and the wall mirror")]
    assert found == [frozenset({"Desk Fan"}), frozenset({"Teapot"}), frozenset({"Wall Mirror"})]


def test_conditions_are_kept_for_their_moment() -> None:
    read = scenario(
        "You want to exchange the fan for a battery one. If that is not possible, return it. "
        "If the agent asks for confirmation, only exchange the teapot. If asked for the reason, say it was a mistake. "
        "If it is less than $20 you want two. If not, cancel the order. Finally, you want to know the total."
    )
    roles = [sentence.role for sentence in read.sentences]
    assert roles == ["say", "fallback", "at_confirm", "when_asked", "at_price", "at_price", "later"]
    fallback, asked = read.of_role("fallback")[0], read.of_role("when_asked")[0]
    assert fallback.text == "Return it."
    assert fallback.parent == 0
    assert asked.topic == "reason"
    assert [sentence.limit for sentence in read.of_role("at_price")] == [("less", 20.0), ("more", 20.0)]


def test_of_the_style_only_conditions_count() -> None:
    read = scenario(
        "You want to return the fan.", "You are rude. If you cannot, you are okay with cancelling the order."
    )
    assert [sentence.role for sentence in read.sentences] == ["say", "fallback"]
    assert not read.piecemeal
    assert scenario("You want a fan.", "You like to say one thing at a time.").piecemeal


@pytest.mark.parametrize(
    ("known", "names", "emails", "postcodes"),
    [
        ("You are Ada Park in zip code 80279.", ["Ada Park"], [], ["80279"]),
        ("You name is Ada Park and your email is ada@example.com.", ["Ada Park"], ["ada@example.com"], []),
        ("You are ada_park_1234 living in 80279.", ["Ada Park"], [], ["80279"]),
    ],
)
def test_who_one_is(known: str, names: list[str], emails: list[str], postcodes: list[str]) -> None:
    identity = scenario("You want a fan.", known=known).identity
    assert (identity.names, identity.emails, identity.postcodes) == (names, emails, postcodes)


def test_a_wrong_postcode_comes_first_where_the_scenario_says_so() -> None:
    style = "If asked for your zip code, say that it is 11111 first, then correct yourself and say 80279."
    assert scenario("You want a fan.", style).identity.postcodes == ["11111", "80279"]
