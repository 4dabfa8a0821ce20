"""All skills of the bot, by name."""

from __future__ import annotations

from rasa_sdk import Action

from actions.answer_question import CATEGORIES, AnswerQuestion
from actions.bootstrap import Services
from actions.complain import AskWhy, Complain, DamagedItem, DeliveryProblem
from actions.desk.desk import OrderDesk
from actions.fallback import Fallback
from actions.find_product import FindProduct, RefineSearch
from actions.human_handover import HumanHandover
from actions.identity import Identify, ResendCode
from actions.order_details import AccountBalance, OrderDetails
from actions.product_details import CheckStock, CompareProducts, ProductDetails, SizeAdvice
from actions.recommend import Recommend
from actions.refund_status import RefundStatus
from actions.skill import ORDER_DESK_INTENTS, Skill, Skills
from actions.small_talk import Affirm, Deny, Inform, SmallTalk, Stop, SwitchLanguage
from actions.track_order import OrderHistory, TrackOrder

_SKILLS: tuple[type[Skill], ...] = (
    Identify,
    TrackOrder,
    OrderHistory,
    RefundStatus,
    OrderDetails,
    AccountBalance,
    OrderDesk,
    DeliveryProblem,
    DamagedItem,
    AskWhy,
    FindProduct,
    RefineSearch,
    ProductDetails,
    CheckStock,
    CompareProducts,
    SizeAdvice,
    Recommend,
    AnswerQuestion,
    HumanHandover,
    Complain,
    Fallback,
    ResendCode,
    SmallTalk,
    Affirm,
    Deny,
    Stop,
    Inform,
    SwitchLanguage,
)
#: The intents that are not served by the skill of their own name.
OF_INTENT = {
    **dict.fromkeys(CATEGORIES, AnswerQuestion.skill),
    **dict.fromkeys(ORDER_DESK_INTENTS, OrderDesk.skill),
    **dict.fromkeys(SmallTalk.SENTENCES, SmallTalk.skill),
    "nlu_fallback": Fallback.skill,
}


def all_skills(services: Services) -> list[Action]:
    """Every action, made once."""
    skills = Skills(OF_INTENT)
    for kind in _SKILLS:
        skills.add(kind(services, skills))
    return list(skills)
