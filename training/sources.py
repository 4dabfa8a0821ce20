"""Which files of the source decide what a training gives: a change in any of them makes what was trained out of date.

Free of torch, so that starting the shop can ask without loading it.
"""

from __future__ import annotations

from pathlib import Path

import language
import training
from training import checksums

_TRAINING = (
    "augment calibrate continuing dataset export finetune frozen_rows lora model onnx_graph row_scaling served_card"
    " spelling understanding urgency"
).split()
_LANGUAGE = ("spelling.py", "text_input.py", "understanding.py", "urgency.py", "urgency.yml")


def code_fingerprint() -> str:
    """Fingerprint of the source that decides what a training gives."""
    here, lower = Path(training.__file__).parent, Path(language.__file__).parent
    names = [*(f"{name}.py" for name in _TRAINING), "urgency.csv"]
    return checksums.of_json([checksums.of_folder(here, names), checksums.of_folder(lower, _LANGUAGE)])
