"""Indexes on disk: made when needed, whole or not at all, loaded as they were."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.articles import ArticleText
from knowledge.building import build
from knowledge.search import Question
from knowledge.store import IndexFolder
from knowledge.vectors import FreshVectors
from shop.errors import NotReady
from tests.knowledge.conftest import WordEncoder


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index" / "en")


def generations(folder: IndexFolder) -> set[str]:
    return {path.name for path in folder.folder.iterdir() if path.is_dir()}


def test_what_is_loaded_finds_what_was_built(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    assert build(folder, shelf, FreshVectors(encoder), "en")
    stored = folder.load()
    assert stored.search is not None
    question = Question("are stores open on Sunday", encoder.encode(["are stores open on Sunday"])[0])
    best = stored.search.find(question)[0]
    assert stored.search.index.entries[best.article].slug == "opening-hours"
    assert stored.manifest.articles == 3
    assert stored.manifest.encoder == "words-1"
    assert stored.search.floors == stored.manifest.floors
    assert stored.search.weights == stored.manifest.weights


def test_nothing_is_done_again_until_something_changes(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    build(folder, shelf, FreshVectors(encoder), "en")
    before = folder.version()
    encoder.encoded_texts = 0
    assert not build(folder, shelf, FreshVectors(encoder), "en")
    assert encoder.encoded_texts == 0
    assert folder.version() == before
    edited = [replace(shelf[0], body="Shipping is free."), *shelf[1:]]
    assert build(folder, edited, FreshVectors(encoder), "en")
    assert folder.version() != before
    assert build(folder, edited, FreshVectors(WordEncoder("words-2")), "en")


def test_progress_counts_every_text(folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder) -> None:
    seen: list[tuple[int, int]] = []
    build(folder, shelf, FreshVectors(encoder), "en", lambda done, total: seen.append((done, total)))
    texts = sum(1 + len(article.questions) for article in shelf) + 5 + len(shelf)
    assert seen[-1] == (texts, texts)


def test_the_generation_before_is_kept_and_older_ones_go(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    made = []
    for body in ("One.", "Two.", "Three."):
        build(folder, [replace(shelf[0], body=body), *shelf[1:]], FreshVectors(encoder), "en")
        manifest = folder.manifest()
        assert manifest is not None
        made.append(manifest.generation)
    assert generations(folder) == set(made[1:])


def test_no_articles_is_an_index_too(folder: IndexFolder, encoder: WordEncoder) -> None:
    assert build(folder, [], FreshVectors(encoder), "en")
    assert folder.load().search is None
    assert not build(folder, [], FreshVectors(encoder), "en")


def test_a_missing_index_names_the_command(folder: IndexFolder) -> None:
    assert folder.version() is None
    with pytest.raises(NotReady, match="knowledge rebuild"):
        folder.load()


def test_a_manifest_of_another_format_is_replaced(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    folder.folder.mkdir(parents=True)
    (folder.folder / "manifest.json").write_text('{"format": 0}')
    assert folder.manifest() is None
    assert build(folder, shelf, FreshVectors(encoder), "en")
    assert folder.load().manifest.articles == 3


def test_a_generation_that_is_gone_is_said_and_can_be_rebuilt(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    build(folder, shelf, FreshVectors(encoder), "en")
    manifest = folder.manifest()
    assert manifest is not None
    (folder.folder / manifest.generation / "passage.faiss").unlink()
    with pytest.raises(NotReady, match="damaged"):
        folder.load()
    assert build(folder, shelf, FreshVectors(encoder), "en")
    assert folder.load().search is not None


def test_readers_always_find_a_whole_index_while_it_is_rebuilt(
    folder: IndexFolder, shelf: list[ArticleText], encoder: WordEncoder
) -> None:
    build(folder, shelf, FreshVectors(encoder), "en")
    done = threading.Event()
    loaded: list[int] = []
    failures: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                loaded.append(folder.load().manifest.articles)
            except Exception as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(5):
        build(folder, [replace(shelf[0], body=f"Number {number}."), *shelf[1:]], FreshVectors(encoder), "en")
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert set(loaded) == {3}
