"""Check: what is wrong with the data set; a leak or a text under two intents ends the run."""

from __future__ import annotations

import os
from typing import Any

from language.understanding import Understanding
from shop.errors import BadInput
from training import data_sets
from training.data_sets import Findings
from training.data_sets.findings import FINDINGS
from training.models.serving import served_of
from training.runs.context import Made, StepContext


def inputs(step: StepContext) -> dict[str, Any]:
    """The data set, and the model whose eyes doubt the labels."""
    champion = step.champion
    return {
        "data_set": step.made_by("collect")["checksum"],
        "model": champion.fingerprint if champion else "",
    }


def work(step: StepContext) -> Made:
    """Look for duplicates, leaks, wrong labels and lacking balance. Raises BadInput where training would be useless."""
    with step.database.read() as unit:
        version = data_sets.get_version(unit.session, step.made_by("collect")["data_set_version"])
    champion = step.champion
    model = None
    if champion and _labels_came(version):
        threads = step.settings.training_threads or os.cpu_count() or 1  # it reads every example
        model = Understanding.load(served_of(champion, step.settings), threads)
    findings = data_sets.check(step.settings, version, model)
    if not findings.fit_to_train:
        raise BadInput(f"The data set is not fit to train on: {_said(findings)} See the page Data set, and label anew.")
    return Made({"findings_file": f"{version.folder}/{FINDINGS}"}, _said(findings))


def _labels_came(version: Any) -> bool:
    """The tree's own examples were looked through before they were committed."""
    return int(version.counts["from_messages"]) > 0


def _said(findings: Findings) -> str:
    doubted = f"{len(findings.label_errors)}" if findings.label_errors_checked else "no"
    return (
        f"{len(findings.leaks)} leaks, {len(findings.duplicates)} near-duplicates under two intents, "
        f"{doubted} labels doubted, {len(findings.balance.scarce)} scarce intents."
    )
