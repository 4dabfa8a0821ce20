"""Policy questions, answered in the words of the knowledge base."""

from __future__ import annotations

from typing import Any

from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import payload

#: Which articles an intent is most likely about.
CATEGORIES = {
    "ask_shipping": "shipping",
    "ask_return_policy": "returns",
    "ask_payment": "payment",
    "ask_warranty": "warranty",
    "ask_discount": "discounts",
    "ask_account": "account",
    "ask_privacy": "privacy",
    "ask_store": "store",
    "ask_invoice": "invoice",
}


class AnswerQuestion(Skill):
    """One skill for all policy intents: the index decides the article, the intent lends a hint."""

    skill = "answer_question"

    def handle(self, turn: Turn) -> Events:
        """Quote the right passage, ask back between two, or say that nobody wrote about it yet."""
        slug = turn.entity("article")
        if slug:
            show_article(turn, turn.services.answerer.article(slug, turn.language))
            return []
        question = turn.entity("question") or turn.text
        if not question:
            turn.say("utter_what_question")
        elif not quote(turn, question, CATEGORIES.get(turn.intent)):
            turn.say("utter_no_answer")
            turn.offer("talk_to_person", "help")
        return remember(last_skill=self.skill)


def quote(turn: Turn, question: str, category: str | None = None) -> bool:
    """Answer from the knowledge base; False when it holds no answer, and nothing was said."""
    answer = turn.services.answerer.answer(question, turn.language, category=category)
    if answer.outcome == "answered":
        show_article(turn, answer)
        return True
    if answer.outcome == "asked_back":
        turn.say("utter_which_article")
        for candidate in answer.candidates:
            turn.offer({"title": candidate.title, "payload": payload(_any_intent(turn), {"article": candidate.slug})})
        return True
    return False


def show_article(turn: Turn, answer: Any) -> None:
    """The passage in the article's own words, with a link to the whole."""
    turn.show("text", text=answer.text, link={"title": answer.article.title, "url": f"/help/{answer.article.slug}"})


def _any_intent(turn: Turn) -> str:
    return turn.intent if turn.intent in CATEGORIES else "ask_store"
