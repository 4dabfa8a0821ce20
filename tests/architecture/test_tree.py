"""What the tree promises: settings are documented, links lead somewhere, nothing names a registry's host."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from shop.settings import Settings, as_markdown

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == as_markdown(), "write it again with `python -m shop settings > docs/settings.md`"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_tells_what_it_is_for(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_no_file_names_a_package_registry_or_one_machines_path() -> None:
    pattern = "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "/wor" + "k/", "/roo" + "t/"])
    found = subprocess.run(["git", "grep", "-lE", pattern], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not found.stdout.split()
