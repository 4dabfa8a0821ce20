"""Loss curves as TensorBoard files: ``tensorboard --logdir STATE/training/runs`` shows all runs beside one another."""

from __future__ import annotations

import shutil
from pathlib import Path

from training.progress import Progress

PROGRESS = "progress.jsonl"
"""The file of a run's folder that its fine-tuning tells each step in."""


def write_curve(folder: Path, progress: Progress) -> None:
    """Write the loss of every step as the scalar ``loss``; what an earlier attempt left is replaced."""
    # The package writes such files without TensorFlow or torch.
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    shutil.rmtree(folder, ignore_errors=True)
    writer = EventFileWriter(str(folder))
    for step, loss in progress.loss:
        summary = Summary(value=[Summary.Value(tag="loss", simple_value=loss)])
        writer.add_event(Event(step=step, summary=summary))
    writer.close()
