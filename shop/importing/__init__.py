"""Importers: a shop's own data from CSV and JSON. docs/importing.md describes the layouts."""

from shop.importing.importer import KINDS, import_file
from shop.importing.report import Counts, ImportReport, Refusal

__all__ = ["KINDS", "Counts", "ImportReport", "Refusal", "import_file"]
