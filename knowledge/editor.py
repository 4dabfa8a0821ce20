"""What support leads do to articles, each in a unit of work of its own: the door of this room for the editor's pages.

A text is encoded after it is saved and before it is published, so that the bot speaks it the moment the publication
is committed. Whatever breaks in between leaves a saved draft and the old answers.
"""

from __future__ import annotations

from knowledge import editing
from knowledge.answering import Answerer
from knowledge.articles import ArticleDraft, as_text, draft_of, find_article
from shop.errors import BadInput
from shop.tables import ArticleRevision
from shop.unit_of_work import Database


class Editor:
    """Writes articles. ``author`` is who does it, as the audit log names people: "staff:NAME"."""

    def __init__(self, database: Database, answerer: Answerer) -> None:
        self.database = database
        self.answerer = answerer

    def create(self, draft: ArticleDraft, author: str) -> int:
        """A new article as a draft; returns the number of its revision. BadInput if its slug is taken."""
        with self.database.work() as unit:
            number = editing.create_article(unit.session, draft, author).number
            unit.commit()
        return int(number)

    def save(self, draft: ArticleDraft, author: str, based_on: int) -> int:
        """Keep a draft; returns the number of the revision that says it.

        ``based_on`` is the number of the revision the author began from, 0 for a language that is new to the article.
        Raises BadInput, and editing.StaleSave (with both versions) if somebody saved in between.
        """
        with self.database.work() as unit:
            number = editing.save(unit.session, draft, author, based_on).number
            unit.commit()
        return int(number)

    def publish(self, slug: str, language: str, author: str, number: int | None = None) -> int:
        """Let the bot answer with a revision, the newest if none is named; returns its number. Raises NotFound."""
        revision = self._prepared(slug, language, number)
        with self.database.work() as unit:
            editing.publish(unit.session, slug, language, author, revision.number)
            unit.commit()
        self._take_up()
        return int(revision.number)

    def save_and_publish(self, draft: ArticleDraft, author: str, based_on: int) -> int:
        """Keep a draft and let the bot answer with it."""
        return self.publish(draft.slug, draft.language, author, self.save(draft, author, based_on))

    def archive(self, slug: str, author: str) -> None:
        """Take an article out of the answers; nothing of it is lost. Raises NotFound."""
        self._set_status(slug, "archived", author)

    def withdraw(self, slug: str, author: str) -> None:
        """Take an article back to a draft. Raises NotFound."""
        self._set_status(slug, "draft", author)

    def republish(self, slug: str, author: str) -> None:
        """Let the bot answer again with what was published last. Raises NotFound; BadInput if nothing ever was."""
        self._set_status(slug, "published", author)

    def restore(self, slug: str, language: str, number: int, author: str, based_on: int) -> int:
        """Say again what revision ``number`` said, as a new revision; live at once if the language is live now.

        Returns the new revision's number. Raises NotFound, editing.StaleSave.
        """
        with self.database.work() as unit:
            revision = editing.restore(unit.session, slug, language, number, author, based_on)
            live = editing.is_live(unit.session, slug, language)
            unit.commit()
        return self.publish(slug, language, author, revision.number) if live else int(revision.number)

    def add_question(self, slug: str, language: str, question: str, author: str) -> int:
        """Make a question an alternative question of an article, live at once if the language is live.

        Returns the number of the revision that has it. It is added to the newest revision; if that is an unpublished
        draft, the draft is published with it only when the lead publishes it. Raises NotFound, BadInput.
        """
        with self.database.work() as unit:
            article = find_article(unit.session, slug)
            edition = next((edition for edition in article.editions if edition.language == language), None)
            if edition is None:
                raise BadInput(f"the article {slug!r} has no text in {language!r} to ask for; write one first")
            newest = editing.get_revision(unit.session, slug, language, edition.latest_number)
            draft = draft_of(slug, newest)
            if question in (draft.title, *draft.questions):
                return int(newest.number)
            draft = ArticleDraft(**{**vars(draft), "questions": (*draft.questions, question)})
            all_is_live = article.status == "published" and edition.published_number == newest.number
            number = editing.save(unit.session, draft, author, newest.number, note=f"asked: {question}"[:200]).number
            unit.commit()
        return self.publish(slug, language, author, number) if all_is_live else int(number)

    def _prepared(self, slug: str, language: str, number: int | None) -> ArticleRevision:
        """A revision, with its vectors computed for every language that will be answered with it."""
        with self.database.read() as unit:
            article = find_article(unit.session, slug)
            newest = next((e.latest_number for e in article.editions if e.language == language), 0)
            revision = editing.get_revision(unit.session, slug, language, number or newest)
            spoken = {edition.language for edition in article.editions if edition.published_number is not None}
        text = as_text(draft_of(slug, revision), article.id, revision.id)
        for index in self.answerer.indexes.values():
            if index.language == language or index.language not in spoken:
                index.prepare(text)
        return revision

    def _set_status(self, slug: str, status: str, author: str) -> None:
        with self.database.work() as unit:
            editing.set_status(unit.session, slug, status, author)
            unit.commit()
        self._take_up()

    def _take_up(self) -> None:
        for index in self.answerer.indexes.values():
            index.current()
