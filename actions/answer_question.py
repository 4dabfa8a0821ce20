"""Policy questions, answered in the words of the knowledge base."""

from __future__ import annotations

from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import payload
from knowledge.answering import Answer
from knowledge.following import Before, leaning, question_before
from knowledge.question_log import log_question

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
#: Of two near articles one is answered with, and the other offered below, where it scores better by this much;
#: where it does not, the shopper is asked first.
LEAD = 0.04


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
    answerer = turn.services.answerer
    audience = "customers" if turn.customer else "everyone"
    answer = answerer.answer(question, turn.language, category=category, audience=audience, before=_before(turn))
    _keep(turn, question, answer)
    if answer.outcome == "answered":
        show_article(turn, answer)
    elif answer.outcome == "asked_back":
        leads = answer.score - answer.runner_up >= LEAD
        if leads:
            show_article(turn, answerer.article(answer.candidates[0].slug, turn.language))
        else:
            turn.say("utter_which_article")
        for candidate in answer.candidates[1 if leads else 0 :]:
            turn.offer({"title": candidate.title, "payload": payload(_any_intent(turn), {"article": candidate.slug})})
    return answer.outcome != "unanswered"


def carry_on(turn: Turn) -> bool:
    """Answer what leans on the policy question before it, whatever it was read as; False where it leans on none."""
    return bool(leaning(turn.text)) and _before(turn) is not None and quote(turn, turn.text)


def show_article(turn: Turn, answer: Answer) -> None:
    """The passage in the article's own words, with a link to the whole."""
    source = answer.article
    if source is not None:
        turn.show("text", text=answer.text, link={"title": source.title, "url": f"/help/{source.slug}"})


def _keep(turn: Turn, question: str, answer: Answer) -> None:
    """For the support leads, who see what could not be answered."""
    with turn.services.database.work() as unit:
        log_question(unit.session, answer.question or question, turn.language, answer, turn.conversation_id)
        unit.commit()


def _before(turn: Turn) -> Before | None:
    with turn.services.database.read() as unit:
        return question_before(unit.session, turn.conversation_id)


def _any_intent(turn: Turn) -> str:
    return turn.intent if turn.intent in CATEGORIES else "ask_store"
