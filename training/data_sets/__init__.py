"""What models learn from: versions of Rasa YAML and labelled messages, split, checked and exported.

A version lies under ``STATE/data_sets`` as folders that ``rasa train --data`` takes. Import from here.
"""

from training.data_sets.building import Sources, build
from training.data_sets.checking import check
from training.data_sets.examples import DataExample
from training.data_sets.exporting import export_csv, export_hugging_face
from training.data_sets.findings import Balance, Duplicate, Findings, LabelError, Leak, findings_of
from training.data_sets.versions import Difference, difference, examples_of, folder_of, get_version, list_versions

__all__ = [
    "Balance",
    "DataExample",
    "Difference",
    "Duplicate",
    "Findings",
    "LabelError",
    "Leak",
    "Sources",
    "build",
    "check",
    "difference",
    "examples_of",
    "export_csv",
    "export_hugging_face",
    "findings_of",
    "folder_of",
    "get_version",
    "list_versions",
]
