"""The fact guard lets true texts pass and stops every invented number, name, colour, material and feature."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.generators.fact_guard import check
from actions.generators.facts import Fact, LocalFacts
from actions.generators.template_writer import TemplateWriter
from actions.generators.words import words_of
from actions.generators.writing import Describe, Reason, Recommend, Wish, true_phrases
from shop.money import Money

# A busy machine must not fail a property.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
COLOURS = {"en": ["navy", "olive", "rust", "cream"], "zh": ["藏青", "橄榄绿", "酒红", "奶油白"]}
MATERIALS = {"en": ["nylon", "merino wool", "waxed cotton", "ash wood"], "zh": ["尼龙", "美利奴羊毛", "蜡棉", "白蜡木"]}
FEATURES = {"en": ["waterproof", "foldable", "wireless", "breathable"], "zh": ["防水", "可折叠", "无线", "透气"]}
BRANDS = ["Tarnfell", "Osmond & Hart", "Quillby", "Nordvik"]
NAMES = {"en": ["Harbour Jacket", "Slate 40 Pack", "Ridge Lamp"], "zh": ["海港夹克", "岩板40背包", "山脊灯"]}
SUBJECTS = {"en": "Meadow Kettle", "zh": "草地水壶"}
CATEGORIES = {"en": ["rain jacket", "backpack", "running shoes"], "zh": ["冲锋衣", "双肩包", "跑鞋"]}
LABELS = {"en": ["Material", "Weight", "Pockets", "Warranty"], "zh": ["材质", "重量", "口袋", "保修"]}


@st.composite
def products(draw: st.DrawFn, language: str) -> LocalFacts:
    weight, pockets, years = draw(st.integers(11, 4999)), draw(st.integers(2, 9)), draw(st.integers(2, 10))
    values = [draw(st.sampled_from(MATERIALS[language])), f"{weight:,} g", str(pockets), f"{years} years"]
    if language == "zh":
        values[1:] = [f"{weight}克", f"{pockets}个", f"{years}年"]
    keys = ["material", "weight", "pockets", "warranty"]
    price = Money(Decimal(draw(st.integers(500, 99999))) / 100)
    return LocalFacts(
        product_id=draw(st.integers(1, 99)),
        language=language,
        department="clothing",
        name=draw(st.sampled_from(NAMES[language])),
        brand=draw(st.sampled_from(BRANDS)),
        category=draw(st.sampled_from(CATEGORIES[language])),
        facts=tuple(map(Fact, keys, LABELS[language], values)),
        tags=(draw(st.sampled_from(FEATURES[language])), {"en": "hiking", "zh": "徒步"}[language]),
        options=((("colour", "颜色")[language == "zh"], (draw(st.sampled_from(COLOURS[language])),)),),
        lowest_price=price,
        highest_price=price,
        rating=draw(st.sampled_from([None, 3.4, 4.6])),
        review_count=12,
        in_stock=True,
    )


any_product = st.sampled_from(["en", "zh"]).flatmap(products)


def describe(facts: LocalFacts) -> str:
    return TemplateWriter().write(Describe(), [facts], facts.language, 0)


@untimed
@given(any_product)
def test_template_descriptions_always_pass(facts: LocalFacts) -> None:
    assert check(describe(facts.lasting()), [facts.lasting()], facts.language).violations == ()


@untimed
@given(
    st.sampled_from(["en", "zh"]).flatmap(lambda language: st.lists(products(language), min_size=1, max_size=3)),
    st.sampled_from(["bought_x", "similar_to_x", "popular_in", "matches_need"]),
    st.integers(5, 2000),
)
def test_template_replies_always_pass(facts: list[LocalFacts], reason: str, budget: int) -> None:
    facts = list({local.name: local for local in facts}.values())
    language = facts[0].language
    wish = Wish((FEATURES[language][0],), COLOURS[language][1], "M", Money(Decimal(budget)))
    task = Recommend(tuple(Reason(reason, SUBJECTS[language]) for _ in facts), wish)
    text = TemplateWriter().write(task, facts, language, 0)
    assert check(text, facts, language, list(true_phrases(task, facts))).violations == ()


@untimed
@given(any_product, st.data())
def test_a_changed_number_is_stopped(facts: LocalFacts, data: st.DataObject) -> None:
    value = facts.value_of("weight")
    digits = "".join(sign for sign in value if sign.isdigit())
    other = data.draw(st.integers(10, 9999).filter(lambda n: str(n) != digits and n > 10))
    text = describe(facts).replace(value, value.replace(value.rstrip("g克 "), str(other)))
    assert str(other) in text
    verdict = check(text, [facts], facts.language)
    assert any(str(other) in violation.text for violation in verdict.violations)


@untimed
@given(any_product, st.data())
@pytest.mark.parametrize("pool", [COLOURS, MATERIALS, FEATURES])
def test_another_colour_material_or_feature_is_stopped(
    pool: dict[str, list[str]], facts: LocalFacts, data: st.DataObject
) -> None:
    known = {*facts.tags, facts.value_of("material"), *(v for _, values in facts.options for v in values)}
    other = data.draw(st.sampled_from([word for word in pool[facts.language] if word not in known]))
    claim = f"它是{other}的。" if facts.language == "zh" else f" It is {other}."
    assert not check(describe(facts) + claim, [facts], facts.language).accepted


@untimed
@given(any_product, st.data())
def test_another_brand_is_stopped(facts: LocalFacts, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([brand for brand in BRANDS if brand != facts.brand]))
    text = describe(facts).replace(facts.brand, other)
    verdict = check(text, [facts], facts.language)
    assert any(violation.text in other for violation in verdict.violations)


JACKET = LocalFacts(
    1, "en", "clothing", "Harbour Rain Jacket", "Tarnfell", "rain jacket",
    (
        Fact("material", "Material", "recycled nylon, 2.5 layers"), Fact("lining", "Lining", "cotton mesh"),
        Fact("waterproof_rating", "Waterproof rating", "10,000 mm"), Fact("weight", "Weight", "420 g"),
        Fact("pockets", "Pockets", "3"), Fact("trim", "Trim", "faux leather"), Fact("vents", "Vents", "none"),
        Fact("washing", "Dishwasher safe", "lid only"),
    ),
    ("waterproof", "hiking", "wireless"), (("colour", ("navy",)), ("size", ("M", "L"))),
    Money(Decimal(89)), Money(Decimal(99)), 4.6, 132, True,
)  # fmt: skip

TRUE = [
    "The Harbour Rain Jacket by Tarnfell is made of recycled nylon, with 3 pockets. It weighs 420 g and comes in navy.",
    "It costs $89 and is rated 4.6 out of 5 in 132 reviews.",
    "A jacket with a waterproof rating of 10,000 mm and a cotton mesh lining.",
]

FALSE = [
    ("It weighs 0.42 kg.", "number", "0.42 kg"),  # converted
    ("It weighs 14.8 oz.", "number", "14.8 oz"),
    ("It costs $88.", "price", "$88"),
    ("Now 20% off.", "percentage", "20%"),
    ("It has two pockets.", "number", "two"),
    ("It comes in burgundy.", "colour", "burgundy"),
    ("It is made of leather.", "material", "leather"),  # the trim is faux leather
    ("It comes in S.", "size", "S"),
    ("It is windproof.", "claim", "windproof"),
    ("It is not waterproof.", "negation", "not"),
    ("The best jacket for hiking.", "superlative", "best"),
    ("It has a lifetime warranty.", "claim", "lifetime"),
    ("It comes with free shipping.", "claim", "free"),
    ("It is certified organic.", "claim", "certified"),
    ("It helps to relieve pain.", "claim", "relieve"),
    ("Like a jacket by Patagonia.", "name", "Patagonia"),
    ("The cotton mesh material is good.", "mismatch", "cotton mesh"),  # that is the lining
    ("The lining, which is recycled nylon, is good.", "mismatch", "recycled nylon"),
    ("It weighs 10,000 mm.", "mismatch", "10,000 mm"),
    ("It is made of cotton mesh and recycled nylon.", "mismatch", "made of"),
    ("It has 3 vents.", "number", "3"),
    ("It is dishwasher safe.", "claim", "dishwasher safe"),  # only the lid is
    ("It is well made.", "claim", "well made"),
    ("It goes with what you bought.", "word", "bought"),
]  # fmt: skip


@pytest.mark.parametrize("text", TRUE)
def test_true_sentences_pass(text: str) -> None:
    assert check(text, [JACKET], "en").violations == ()


@pytest.mark.parametrize(("text", "kind", "span"), FALSE)
def test_false_sentences_are_stopped_and_named(text: str, kind: str, span: str) -> None:
    found = {(violation.kind, violation.text) for violation in check(text, [JACKET], "en").violations}
    assert (kind, span) in found


COAT = LocalFacts(
    2, "zh", "clothing", "海港冲锋衣", "Tarnfell", "冲锋衣",
    (Fact("material", "材质", "再生尼龙"), Fact("weight", "重量", "420克"), Fact("pockets", "口袋", "3个")),
    ("防水", "徒步"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("它重0.42公斤。", "number"),
        ("现在打八折。", "number"),
        ("这是最好的冲锋衣。", "superlative"),
        ("它防风。", "claim"),
        ("它不防水。", "negation"),
        ("采用纯棉制成。", "material"),
        ("有红色可选。", "colour"),
        ("终身保修，全国包邮。", "claim"),
        ("有两个口袋。", "number"),
        ("重量为再生尼龙。", "mismatch"),
    ],
)
def test_false_chinese_sentences_are_stopped(text: str, kind: str) -> None:
    assert kind in {violation.kind for violation in check(text, [COAT], "zh").violations}


def test_a_span_points_at_the_words_it_names() -> None:
    text = "The Harbour Rain Jacket is windproof."
    (violation,) = check(text, [JACKET], "en").violations
    assert text[slice(*violation.span)] == violation.text == "windproof"


def test_with_several_products_each_is_held_to_its_own_facts() -> None:
    lamp = LocalFacts(3, "en", "home", "Ridge Lamp", "Nordvik", "lamp", (Fact("weight", "Weight", "900 g"),), ())
    true = "The Harbour Rain Jacket weighs 420 g; the Ridge Lamp weighs 900 g."
    swapped = "The Harbour Rain Jacket weighs 900 g; the Ridge Lamp weighs 420 g."
    assert check(true, [JACKET, lamp], "en").accepted
    assert not check("Both weigh 420 g.", [JACKET, lamp], "en").accepted  # names neither
    assert [violation.text for violation in check(swapped, [JACKET, lamp], "en").violations] == ["900 g", "420 g"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_neutral_words_claim_nothing(language: str) -> None:
    words = words_of(language)
    assert not words.neutral & set(words.sensitive)
