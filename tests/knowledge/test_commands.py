"""The commands of the room, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge import __main__ as commands
from knowledge.building import build, index_folder
from knowledge.vectors import FreshVectors
from shop.database import open_engine
from shop.errors import NotReady, Refused
from shop.settings import Settings
from shop.tables import Base
from tests.knowledge.conftest import WordEncoder

runner = CliRunner()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(state_dir=tmp_path / "var")
    monkeypatch.setattr(commands, "get_settings", lambda: settings)
    engine = open_engine(settings.resolved_database_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    return settings


def test_import_reports_what_it_did(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "articles" / "en"
    folder.mkdir(parents=True)
    (folder / "good.md").write_text("---\ntitle: A\ncategory: b\n---\nText.")
    (folder / "bad.md").write_text("Text.")
    first = runner.invoke(commands.app, ["import", str(folder.parent)])
    assert first.exit_code == 0
    assert "1 texts written, 0 unchanged, 1 not usable" in first.output
    assert "en/bad.md" in first.output
    assert "0 texts written, 1 unchanged" in runner.invoke(commands.app, ["import", str(folder.parent)]).output
    assert "nothing was imported" in runner.invoke(commands.app, ["import", str(folder.parent), "--if-empty"]).output


def test_an_import_without_one_usable_file_fails(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "articles" / "en"
    folder.mkdir(parents=True)
    (folder / "bad.md").write_text("Text.")
    assert runner.invoke(commands.app, ["import", str(folder)]).exit_code == 1


def test_ask_without_an_index_says_what_to_do(settings: Settings) -> None:
    result = runner.invoke(commands.app, ["ask", "is shipping free"])
    assert isinstance(result.exception, NotReady)


def test_measure_tries_every_part_of_the_search(settings: Settings, shelf: list) -> None:
    build(index_folder(settings, "en"), shelf, FreshVectors(WordEncoder()), "en")
    result = runner.invoke(commands.app, ["measure", "--language", "en"])
    assert result.exit_code == 0
    for variant in ("phrasings", "words", "as served", "NDCG@10"):
        assert variant in result.output


def test_what_is_exported_is_imported_and_indexed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "articles.csv"
    table.write_text("slug,language,title,category,body\na,en,Gift wrap,x,We wrap it.\nb,fr,B,x,Text\n")
    first = runner.invoke(commands.app, ["import", str(table)])
    assert "1 texts written, 0 unchanged, 1 not usable" in first.output
    assert "line 3" in first.output
    assert runner.invoke(commands.app, ["export", str(tmp_path / "all.zip")]).exit_code == 0
    again = runner.invoke(commands.app, ["import", str(tmp_path / "all.zip")])
    assert "0 texts written, 1 unchanged, 0 not usable" in again.output
    monkeypatch.setattr("knowledge.building.load_encoder", lambda *_, **__: WordEncoder())
    built = runner.invoke(commands.app, ["rebuild"])
    assert "en: 1 articles, built" in built.output
    assert "en: 1 articles, up to date" in runner.invoke(commands.app, ["rebuild"]).output


def test_a_page_inside_the_network_is_not_imported(settings: Settings) -> None:
    result = runner.invoke(commands.app, ["import-web", "http://127.0.0.1/", "--category", "help"])
    assert isinstance(result.exception, Refused)
