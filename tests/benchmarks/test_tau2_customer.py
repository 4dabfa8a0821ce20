from __future__ import annotations

import pytest

from benchmarks.tau2_retail.customer import Customer
from benchmarks.tau2_retail.hearing import Ears, Heard, questions
from benchmarks.tau2_retail.phrasing import Phrasing
from tests.benchmarks.tau2_shop import asks, lexicon, scenario, summary

RETURN = "Return from order #W1000002:\n• Wall Mirror (black) $80.00\n$80.00 goes back to your PayPal"


def customer(reason: str, style: str = "", known: str = "You are Ada Park in zip code 80279.") -> Customer:
    return Customer(scenario(reason, style, known), lexicon())


def test_opens_with_all_wishes_and_keeps_conditions_back() -> None:
    talk = customer("You want to return the mirror. You prefer PayPal. If that is not possible, cancel the fan.")
    assert talk.start() == "I want to return the mirror. I prefer PayPal."


def test_says_one_thing_at_a_time_where_the_scenario_does() -> None:
    talk = customer(
        "You want to return the mirror. You also want to cancel the fan.", "You like to say one thing at a time."
    )
    assert talk.start() == "I want to return the mirror."
    assert talk.reply([asks("more")]) == "I also want to cancel the fan."


def test_tells_who_it_is_in_every_way_it_knows_and_then_leaves() -> None:
    talk = customer(
        "You want to return the mirror.", known="You are Ada Park, 80279, and your email is ada@example.com."
    )
    talk.start()
    assert talk.reply([asks("identity")]) == "My email is ada@example.com."
    assert talk.reply([asks("identity")]) == "My name is Ada Park and my zip code is 80279."
    assert talk.reply([asks("identity")]) is None


def test_agrees_to_what_it_wants_and_to_nothing_else() -> None:
    talk = customer("You want to return the mirror.")
    talk.start()
    assert talk.reply(summary(RETURN)) == "Yes, please."
    for wrong in (
        "Cancel order #W1000001:\n• Wall Mirror (black) $80.00",
        "Return from order #W1000002:\n• Teapot (blue, small) $25.50",
    ):
        talk = customer("You want to return the mirror.")
        talk.start()
        said = talk.reply(summary(wrong))
        assert said is not None
        assert said.startswith("No")


@pytest.mark.parametrize(
    ("reason", "text", "answer"),
    [
        ("You want to return the mirror, refund to gift card.", RETURN, "No, I want to use my gift card."),
        ("You want to return the mirror from order #W7777777.", RETURN, "No, I mean order #W7777777."),
        ("You want to return everything except the mirror.", RETURN, "No, I want to keep the Wall Mirror."),
        ("You want to cancel the fan.", "Cancel order #W1000001:\n• Desk Fan (USB) $30.00\n• Teapot (red) $20.00",
         "No, only the Desk Fan, not the whole order."),
        ("You want to exchange the teapot to a blue one.", "Exchange in order #W1000002:\n• Teapot: red → red (+$0.00)",
         "No, I want blue. I want to exchange the teapot to a blue one."),
        ("You want to change the address to 1 Oak St, Boulder.", "Send order #W1000001 to 9 Elm St, Denver.",
         "No, the address is 1 Oak St, Boulder."),
    ],
)  # fmt: skip
def test_objects_to_what_contradicts_the_scenario(reason: str, text: str, answer: str) -> None:
    talk = customer(reason)
    talk.start()
    assert talk.reply(summary(text)) == answer


def test_changes_its_mind_at_the_summary_where_the_scenario_does() -> None:
    talk = customer("You want to return the mirror. If the agent asks for confirmation, you want to keep it.")
    talk.start()
    assert talk.reply(summary(RETURN)) == "No, wait. I want to keep it."


def test_insists_when_a_change_of_mind_is_not_heeded() -> None:
    talk = customer("You want to return the mirror. If the agent asks for confirmation, only return the teapot.")
    talk.start()
    assert talk.reply(summary(RETURN)) == "Only return the teapot."
    assert talk.reply(summary(RETURN)) == "No. Only return the teapot."
    fitting = "Return from order #W1000002:\n• Teapot (blue, small) $25.50"
    assert talk.reply(summary(fitting)) == "Yes, please."


def test_never_agrees_to_what_the_scenario_does_not_want() -> None:
    talk = customer("You want to exchange the teapot to a blue one. You do not want to cancel any orders.")
    talk.start()
    assert talk.reply([asks("reason", "Why would you like to cancel it?")]) == "No. I do not want to cancel any orders."


def test_the_same_option_has_to_stay_the_same() -> None:
    talk = customer("You want to exchange the teapot to a blue one of the same size.")
    talk.start()
    said = talk.reply(summary("Exchange in order #W1000002:\n• Teapot: red, small → blue, large (+$1.00)"))
    assert said is not None
    assert said.startswith("No, the size has to stay the same.")


def test_reminds_of_what_a_summary_leaves_out_of_the_same_order() -> None:
    talk = customer("You want to return the mirror and the teapot in the same order.")
    talk.start()
    assert talk.reply(summary(RETURN)) == "The teapot too, please."
    assert talk.reply(summary(RETURN)) == "Yes, please."


def test_a_refused_card_is_answered_by_what_the_scenario_says_of_cards() -> None:
    talk = customer(
        "You want to exchange the teapot to a blue one. If blue is not possible, you want gold. "
        "You want to pay with your gift card. If the gift card is not possible, PayPal is fine."
    )
    talk.start()
    refusal = asks("refused", "I'm sorry, that is not possible. Your gift card does not hold enough.")
    assert talk.reply([refusal, asks("payment", "Which method?", "Gift card", "PayPal")]) == "PayPal is fine."


def test_what_the_bot_proposes_instead_may_be_the_fallback() -> None:
    talk = customer("You want to return the mirror. If it cannot be returned, see if it can be cancelled.")
    talk.start()
    refusal = asks("refused", "Order #W1000001 is pending, so this is what I can do:")
    assert talk.reply([refusal, *summary("Cancel order #W1000001:\n• Wall Mirror (black) $80.00")]) == "Yes, please."


def test_stops_repeating_itself() -> None:
    talk = customer("You want to return the mirror.")
    talk.start()
    said = [talk.reply([asks("variant", "Which Teapot?", "Teapot red", "Teapot blue")]) for _ in range(6)]
    assert said[:3] == ["No, I don't mean the Teapot."] * 3
    assert said[3] == "Never mind, then leave that as it is."
    assert said[-1] is None or said[-1].startswith("Never mind")


def test_what_is_refused_beside_another_question_is_answered_later() -> None:
    talk = customer(
        "You want to exchange the teapot to a gold one. If that is not possible, return it. "
        "You want to return the mirror."
    )
    talk.start()
    refusal = asks("refused", "I'm sorry, no gold Teapot is left.")
    assert talk.reply([refusal, *summary(RETURN)]) == "Yes, please."
    assert talk.reply([asks("more")]) == "Return it."


def test_falls_back_when_something_is_refused() -> None:
    talk = customer("You want to exchange the fan for a bigger one. If that is not possible, cancel the order.")
    talk.start()
    assert talk.reply([asks("refused", "I'm sorry, that is not possible."), asks("more")]) == "Cancel the order."


def test_a_whole_order_is_cancelled_only_where_the_scenario_takes_that() -> None:
    question = asks("whole_order", "Only the whole order #W1000001 (Desk Fan and Teapot). Shall I cancel it?")
    talk = customer("You want to cancel the fan.")
    talk.start()
    assert talk.reply([question]) == "No, then leave that order as it is."
    talk = customer("You want to cancel the fan. If not possible, just cancel the whole order.")
    talk.start()
    assert talk.reply([question]) == "Yes. Just cancel the whole order."


def test_chooses_among_what_is_shown() -> None:
    talk = customer("You want to exchange the teapot to a blue one. You prefer PayPal.")
    talk.start()
    orders = asks(
        "order", "Which order do you mean?", "#W1000001 · pending · Desk Fan", "#W1000002 · delivered · Teapot"
    )
    assert talk.reply([orders]) == "Order #W1000002, please."
    variants = asks("variant", "Which Teapot?", "red, small ($20.00)", "blue, small ($25.50)")
    assert talk.reply([variants]) == "blue, small, please."
    assert talk.reply([asks("payment", "Which?", "Gift card", "PayPal")]) == "My paypal, please."
    assert talk.reply([asks("reason", "Why?")]) == "I no longer need it."


def test_says_what_was_not_done_once_more_and_then_goodbye() -> None:
    talk = customer("You want to return the mirror.")
    talk.start()
    assert talk.reply([asks("more")]) == "I want to return the mirror."
    assert talk.reply(summary(RETURN)) == "Yes, please."
    assert talk.reply([Heard("Done.", "utter_change_done", "done"), asks("more")]) == "No, that's all. Thank you!"
    assert talk.reply([Heard("You're welcome.")]) is None


def test_a_price_decides_what_is_wanted() -> None:
    reason = (
        "You want to know the price of a fan. If it is less than $20 you want to exchange the teapot. "
        "If not, return the teapot."
    )
    talk = customer(reason)
    talk.start()
    assert talk.reply([Heard("The fan costs $28.00.")]) == "Return the teapot."


def test_responses_are_recognised_by_their_templates() -> None:
    ears = Ears({"utter_ask_which_order": ["Which order, {name}?"], "utter_x": ["{what}"]}, questions()["responses"])
    heard = ears.hear({"author": "bot", "text": "Which order, Ada?", "choices": [{"id": "1", "title": "#W1"}]})
    assert (heard.name, heard.kind, heard.values, heard.choices) == (
        "utter_ask_which_order", "order", {"name": "Ada"}, ("#W1",)
    )  # fmt: skip
    assert ears.hear({"author": "bot", "text": "Anything."}).kind == "information"


def test_every_response_of_the_table_is_one_of_the_bot() -> None:
    names = Ears.of_domain().names
    assert not [pattern for pattern in questions()["responses"] if "*" not in pattern and pattern not in names]


def test_paraphrases_keep_facts_and_repeat() -> None:
    text = "I want to exchange order #W1000001 because 2 fans are not available at 9 Elm St."
    said = [Phrasing(seed).say(text) for seed in range(4)]
    assert len(set(said)) == 4
    assert said == [Phrasing(seed).say(text) for seed in range(4)]
    for each in said:
        assert all(fact in each for fact in ("#W1000001", "2 fans", "9 Elm St"))
