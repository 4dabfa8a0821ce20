"""What a shopper says about a product's options, by words alone, and which variants that leaves.

``read_wish`` reads sentences into an ``OptionWish``, ``pick`` finds the variants, ``described`` tells owned ones apart.
Everything comes from the variants' own options; ``words.yml`` and ``phrases.yml`` only add how people speak.
"""

from actions.desk.options.described import described
from actions.desk.options.picking import Picked, pick
from actions.desk.options.reading import read_wish
from actions.desk.options.wish import OptionWish, says_nothing
from actions.desk.options.words import Choice

__all__ = ["Choice", "OptionWish", "Picked", "described", "pick", "read_wish", "says_nothing"]
