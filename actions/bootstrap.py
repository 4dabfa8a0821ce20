"""The action server's composition root: everything a skill uses is opened here, once, and handed down."""

from __future__ import annotations

from dataclasses import dataclass

from actions.generators.service import DescriptionService
from actions.recommender import Recommender
from knowledge.answering import Answerer
from shop.policy import Policy, load_policy
from shop.settings import Settings
from shop.unit_of_work import Database


@dataclass(frozen=True)
class Services:
    """What the skills work with."""

    settings: Settings
    database: Database
    policy: Policy
    answerer: Answerer
    recommender: Recommender
    writer: DescriptionService


def open_services(settings: Settings) -> Services:
    """Open the database and load the index, recommender and writers. Raises NotReady for what was never made."""
    database = Database.from_settings(settings)
    return Services(
        settings=settings,
        database=database,
        policy=load_policy(settings.policy_file),
        answerer=Answerer.load(settings, database),
        recommender=Recommender.load(settings.state_dir / "recommender"),
        writer=DescriptionService(settings, database),
    )
