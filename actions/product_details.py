"""What one product is and costs, whether it is in stock, how two compare, and which size to take."""

from __future__ import annotations

from actions.answer_question import quote
from actions.find_product import search_and_show
from actions.product_card import price_text, product_card, sizes_in_stock
from actions.product_wish import OFFERED_PRODUCTS, ask_which, meant_products, merged, query_of
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.variant_facts import tell_variants
from actions.wording import button, joined, payload, word
from shop.catalogue import (
    ProductQuery,
    ProductView,
    VariantView,
    get_products,
    matching_variants,
    named_products,
)
from shop.vocabulary import has_cjk, mentions, stems

#: Above this many left, the count is of no use to a shopper.
FEW_LEFT = 5


class ProductDetails(Skill):
    """One product: the fact asked for, its description, its card."""

    skill = "product_details"

    def handle(self, turn: Turn) -> Events:
        """Tell about the product that is meant."""
        told = tell_variants(turn, self.skill)
        if told is not None:
            return told
        product = single_product(turn, meant_products(turn), self.skill)
        if product is None:
            return remember(last_skill=self.skill)
        facts = asked_facts(product, turn)
        if facts:
            turn.say_text("\n".join(f"{label}: {value}" for label, value in facts))
        else:
            turn.say_text(turn.services.writer.describe(product.id, turn.language))
        turn.show("product_cards", products=[product_card(product)])
        stock = payload("check_stock", {"product_id": str(product.id)})
        turn.offer({**button("check_stock", turn.language), "payload": stock})
        return remember(current_product=product.id, last_skill=self.skill)


class CheckStock(Skill):
    """Whether a product is to be had, in a size and colour."""

    skill = "check_stock"

    def handle(self, turn: Turn) -> Events:
        """Yes or no from the stock, and what else there is; for a kind of thing, all that is in stock of it."""
        told = tell_variants(turn, self.skill)
        if told is not None:
            return told
        meant, wish = meant_products(turn), query_of(turn)
        if len(meant) > OFFERED_PRODUCTS:
            return search_and_show(turn, wish)
        if not meant and turn.slot("search"):  # "do you have these in 44?": the last list, narrowed
            return search_and_show(turn, merged(turn.slot("search"), wish))
        product = single_product(turn, meant, self.skill)
        if product is None:
            return remember(last_skill=self.skill)
        query = ProductQuery(size=wish.size, colour=wish.colour)
        wished = matching_variants(product, query)
        if wished:
            self._yes(turn, product, wished, query)
        else:
            self._no(turn, product, query)
        turn.show("product_cards", products=[product_card(product, query)])
        return remember(current_product=product.id, last_skill=self.skill)

    @staticmethod
    def _yes(turn: Turn, product: ProductView, wished: tuple[VariantView, ...], query: ProductQuery) -> None:
        if not (query.size or query.colour):
            options = joined(sizes_in_stock(product) or [v.options_text for v in wished], turn.language)
            turn.say("utter_in_stock_options" if options else "utter_in_stock", name=product.name, options=options)
            return
        left = sum(variant.stock for variant in wished)
        options = _wished_options(wished, turn.language)
        few = left <= FEW_LEFT
        turn.say(
            "utter_in_stock_few" if few else "utter_in_stock_chosen", name=product.name, options=options, left=left
        )

    @staticmethod
    def _no(turn: Turn, product: ProductView, query: ProductQuery) -> None:
        others = joined([variant.options_text for variant in product.available[:6]], turn.language)
        wish = ", ".join(part for part in (query.size, query.colour) if part)
        if product.available:
            turn.say("utter_not_in_option", name=product.name, wish=wish, options=others)
        else:
            turn.say("utter_sold_out", name=product.name)
            turn.offer("recommend")


class CompareProducts(Skill):
    """Two products side by side, by their facts."""

    skill = "compare_products"

    def handle(self, turn: Turn) -> Events:
        """Compare the two that are named, or the first two of the last list."""
        told = tell_variants(turn, self.skill)
        if told is not None:
            return told
        products = self._two(turn)
        if len(products) < 2:
            turn.say("utter_compare_which")
            turn.offer("find_product")
            return remember(last_skill=self.skill)
        turn.say("utter_comparison", lines="\n".join(_comparison(products[0], products[1], turn.language)))
        turn.show("product_cards", products=[product_card(product) for product in products[:2]])
        return remember(shown_products=[product.id for product in products[:2]], last_skill=self.skill)

    @staticmethod
    def _two(turn: Turn) -> tuple[ProductView, ...]:
        with turn.services.database.read() as unit:
            session, language = unit.session, turn.language
            named = [named_products(session, mention, language)[:1] for mention in turn.entities("product")]
            found = tuple({product.id: product for group in named for product in group}.values())
            if len(found) >= 2:
                return found
            return get_products(session, (turn.slot("shown_products") or [])[:2], language)


class SizeAdvice(Skill):
    """Which size to take: the size guide's words, and the sizes in stock of the product talked about."""

    skill = "size_advice"

    def handle(self, turn: Turn) -> Events:
        """Quote the guide."""
        answered = quote(turn, turn.text or "size guide", category="products")
        products = meant_products(turn)
        if len(products) == 1 and sizes_in_stock(products[0]):
            options = joined(sizes_in_stock(products[0]), turn.language)
            turn.say("utter_in_stock_options", name=products[0].name, options=options)
        elif not answered:
            turn.say("utter_no_size_advice")
            turn.offer("talk_to_person")
        return remember(last_skill=self.skill)


def _wished_options(wished: tuple[VariantView, ...], language: str) -> str:
    """The options asked for, and what is left to choose: ``L: navy, black and rust``."""
    shared = set.intersection(*(set(variant.options.values()) for variant in wished))
    chosen = ", ".join(value for value in wished[0].options.values() if value in shared)
    left = [", ".join(value for value in v.options.values() if value not in shared) for v in wished]
    rest = joined([options for options in left if options], language)
    return ": ".join(part for part in (chosen, rest) if part)


def single_product(turn: Turn, products: tuple[ProductView, ...], intent: str) -> ProductView | None:
    """The one of the products that may be meant; otherwise asks which and returns None."""
    if len(products) == 1:
        return products[0]
    if products:
        ask_which(turn, products, intent)
    else:
        turn.say("utter_product_unknown")
        turn.offer("find_product")
    return None


def asked_facts(product: ProductView, turn: Turn) -> list[tuple[str, str]]:
    """The facts a question names by their label or value ("what material", "is it waterproof")."""
    if turn.entities("attribute"):
        wanted = turn.entities("attribute")
        return [fact for fact in product.facts if any(mentions(wish, " ".join(fact)) for wish in wanted)]
    asked = set(stems(turn.text))
    return [
        (label, value)
        for label, value in product.facts
        if (has_cjk(label) and label in turn.text) or (stems(label) and asked.issuperset(stems(label)))
    ]


def _comparison(one: ProductView, other: ProductView, language: str) -> list[str]:
    lines = [f"{word('fact', 'price', language)}: {price_text(one)} | {price_text(other)}"]
    if one.rating and other.rating:
        lines.append(f"{word('fact', 'rating', language)}: {one.rating:.1f} | {other.rating:.1f}")
    theirs = dict(other.facts)
    lines += [f"{label}: {value} | {theirs[label]}" for label, value in one.facts if label in theirs]
    return lines
