"""One file that holds many articles: a zip of Markdown files or a table."""

from __future__ import annotations

from pathlib import Path

from knowledge.articles import count_articles
from knowledge.exporting import read_zip
from knowledge.importing import AUTHOR, ImportReport, carry_out
from knowledge.importing_csv import read_csv
from shop.unit_of_work import Database

READERS = {".zip": read_zip, ".csv": read_csv}
"""What reads a file's content, by how its name ends."""


def import_file(database: Database, file: Path, only_if_empty: bool = False) -> ImportReport:
    """Import a zip or a table, also over what was edited since. Raises BadInput if it is neither inside."""
    incoming, problems = READERS[file.suffix](file.read_bytes())
    with database.work() as unit:
        if only_if_empty and count_articles(unit.session):
            return ImportReport(skipped=True)
        report = carry_out(unit.session, incoming, AUTHOR)
        unit.commit()
    report.problems = problems
    return report
