"""What people say messages mean: labels, undoing them, and how far two people agree.

Functions take the session of a unit of work and leave the commit to the caller. Labels never touch ``bot/data``: they
are joined with it when a data set is built (``training.data_sets``). Import from here.
"""

from training.labelling.agreement import Agreement, Disagreement, agreement
from training.labelling.labels import KINDS, Labelled, Undone, label, settle, skip, undo
from training.labelling.vocabulary import KnownIntent, check_new_intent, intents_of_data

__all__ = [
    "KINDS",
    "Agreement",
    "Disagreement",
    "KnownIntent",
    "Labelled",
    "Undone",
    "agreement",
    "check_new_intent",
    "intents_of_data",
    "label",
    "settle",
    "skip",
    "undo",
]
