"""Retraining as a declared workflow: asking for a run, stopping and resuming it, and how far it is.

Free of torch and of Rasa, so that the web process can use it; the steps run in processes of their own.
"""

from training.runs.parameters import RunParameters
from training.runs.queue import (
    StepRecord,
    get_run,
    list_runs,
    request_run,
    resume_run,
    run_folder,
    steps_of,
    stop_run,
)
from training.runs.steps import STEPS, Step

__all__ = [
    "STEPS",
    "RunParameters",
    "Step",
    "StepRecord",
    "get_run",
    "list_runs",
    "request_run",
    "resume_run",
    "run_folder",
    "steps_of",
    "stop_run",
]
