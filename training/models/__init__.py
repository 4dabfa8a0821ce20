"""Model versions: which there are, which one serves, what the gate says of a new one, promotion and return.

Free of torch and of Rasa, so that the web process can use it; what needs them runs in a process of its own.
"""

from training.models.gate import ChangedExample, Gate, Guarded, Talk, gate_of
from training.models.health import Health, Process, health_of
from training.models.promotion import promote, return_to
from training.models.registry import archive_of, champion, ensure_champion, get_model, list_models
from training.models.shadow import Agreement, Disagreement, agreement, set_shadow

__all__ = [
    "Agreement",
    "ChangedExample",
    "Disagreement",
    "Gate",
    "Guarded",
    "Health",
    "Process",
    "Talk",
    "agreement",
    "archive_of",
    "champion",
    "ensure_champion",
    "gate_of",
    "get_model",
    "health_of",
    "list_models",
    "promote",
    "return_to",
    "set_shadow",
]
