"""The declared workflow: which steps a run takes, in order, and what each makes of what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step. It is skipped when an earlier one of the same inputs left outputs that are still there."""

    name: str
    title: str
    help: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


STEPS = (
    Step(
        "collect",
        "Collect",
        "Redacted messages of the log and their labels become a version of the data set.",
        ("labels", "training data in the tree"),
        ("data set version",),
    ),
    Step(
        "check",
        "Check",
        "Looks for duplicates, leaks between the parts, labels that look wrong, and intents with few examples.",
        ("data set version",),
        ("findings",),
    ),
    Step(
        "fine_tune",
        "Fine-tune",
        "Trains the understanding and the dialogue with `rasa train`, into one archive.",
        ("data set version", "parameters", "start model", "code and configuration"),
        ("archive", "loss curve"),
    ),
    Step(
        "export",
        "Export",
        "Opens the archive as serving would, signs it, and notes it as a candidate with its model card.",
        ("archive",),
        ("model version",),
    ),
    Step(
        "evaluate",
        "Evaluate",
        "Lets candidate and champion read the same test, held-out and regression examples.",
        ("model version", "champion", "test examples", "regression set"),
        ("readings",),
    ),
    Step(
        "compare",
        "Compare",
        "The gate: every guarded figure beside the champion's, and the must-pass conversations.",
        ("readings", "must-pass conversations"),
        ("gate",),
    ),
)
STEP_NAMES = tuple(step.name for step in STEPS)
