"""What suits this shopper: by taste, by the thing talked about, within stock, size and budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from actions.generators.writing import Wish
from actions.product_card import product_card
from actions.product_wish import query_of
from actions.recommender import Recommendation
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import button, payload
from shop.catalogue import ProductQuery, get_products
from shop.money import Money
from shop.vocabulary import person_tag

#: How many products one recommendation shows.
SHOWN = 3


class Recommend(Skill):
    """A few products, each with its reason."""

    skill = "recommend"

    def handle(self, turn: Turn) -> Events:
        """Recommend within what was asked; what does not exist gives way before the budget does."""
        query = query_of(turn)
        for category in _needs(turn, query):
            found = self._recommend(turn, query, category)
            if found:
                return self._show(turn, found, replace(query, product=category))
        turn.say("utter_nothing_to_recommend")
        turn.offer("find_product")
        return remember(last_skill=self.skill)

    def _recommend(self, turn: Turn, query: ProductQuery, category: str) -> list[Recommendation]:
        near = None if category or turn.customer else turn.slot("current_product")
        with self.services.database.read() as unit:
            return self.services.recommender.recommend(
                unit.session,
                turn.customer.id if turn.customer else None,
                limit=SHOWN,
                category=category or None,
                max_price_cents=query.max_price_cents,
                size=query.size or None,
                near_product_id=near,
                exclude=turn.slot("shown_products") or (),
            )

    def _show(self, turn: Turn, found: list[Recommendation], query: ProductQuery) -> Events:
        words = tuple(word for word in (*query.attributes, query.product) if word)
        budget = None if query.max_price_cents is None else Money.from_cents(query.max_price_cents)
        wish = Wish(words, query.colour, query.size, budget)
        turn.say_text(self.services.writer.recommendation_reply(found, turn.language, wish))
        with self.services.database.read() as unit:
            products = get_products(unit.session, [item.product_id for item in found], turn.language)
        turn.show("product_cards", products=[product_card(product, query.without("product")) for product in products])
        kept = {name: turn.entity(name) for name in ("product", "recipient", "size", "max_price") if turn.entity(name)}
        turn.offer({**button("other_recommendations", turn.language), "payload": payload(self.skill, kept)})
        return remember(shown_products=[product.id for product in products], last_skill=self.skill)


def _needs(turn: Turn, query: ProductQuery) -> Iterator[str]:
    """What to recommend from, the most exact first: for the person named, of the kind named, anything."""
    recipient = person_tag(turn.entity("recipient"))
    if query.product and recipient:
        yield f"{recipient} {query.product}"
    if recipient:
        yield recipient
    if query.product:
        yield query.product
    else:
        yield ""
