"""All skills of the bot, by name."""

from __future__ import annotations

from rasa_sdk import Action

from actions.answer_question import AnswerQuestion
from actions.bootstrap import Services
from actions.complain import AskWhy, Complain, DamagedItem, DeliveryProblem, RequestChange
from actions.fallback import Fallback
from actions.find_product import FindProduct, RefineSearch
from actions.human_handover import HumanHandover
from actions.identity import IdentifyForm, ResendCode, Resume
from actions.order_skill import OrderSkill
from actions.product_details import CheckStock, CompareProducts, ProductDetails, SizeAdvice
from actions.recommend import Recommend
from actions.skill import Skill
from actions.small_talk import Affirm, Deny, Inform, Stop, SwitchLanguage
from actions.track_order import OrderHistory, RefundStatus, TrackOrder

_PLAIN: tuple[type[Skill], ...] = (
    TrackOrder,
    OrderHistory,
    RefundStatus,
    DeliveryProblem,
    DamagedItem,
    RequestChange,
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
    Deny,
    SwitchLanguage,
)


def all_skills(services: Services) -> list[Action]:
    """Every action, made once."""
    skills: dict[str, Skill] = {kind.skill: kind(services) for kind in _PLAIN}

    def order_skill(name: str) -> OrderSkill:
        found = skills[name]
        assert isinstance(found, OrderSkill), f"{name} serves no orders"  # noqa: S101 - a programming error
        return found

    return [
        *skills.values(),
        Affirm(services, skills.__getitem__),
        Stop(services, skills.__getitem__),
        Resume(services, order_skill),
        Inform(services, skills.__getitem__),
        IdentifyForm(services),
    ]
