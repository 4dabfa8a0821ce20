"""How well questions find their answers in a foreign FAQ, and how well questions without an answer are told apart.

``python -m benchmarks.faq --questions FILE [--json OUT]``

FILE is StackFAQ (``stackExchange-FAQ.json``: paraphrases are the queries) or the e-commerce FAQ of 79 questions
(``FAQ_with_unknownanswers.json``: it has no paraphrases, so each question is asked of the answers alone).

Without labels the search knows a question and its answer. With labels, cross-validated: in each of five folds a fifth
of the paraphrases is asked, and the others are the articles' alternative questions. For "no answer" a fifth of the
articles is missing besides, and all of their paraphrases are asked: the limit comes from the calibration that every
index gets when it is built, which sees neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from knowledge.building import load_encoder, make_search
from knowledge.calibration import UNCALIBRATED, Calibration, calibrate
from knowledge.index import Entry
from knowledge.lexical import WordIndex
from knowledge.passages import Passage, passages
from knowledge.search import Question, Search
from knowledge.vectors import TextEncoder, encode_entries
from shop.errors import BadInput
from shop.settings import get_settings

FOLDS = 5
_RANKED = 10
_SEED = 7
_UNKNOWN = "I am sorry I do not know"


@dataclass(frozen=True)
class Faq:
    """A question, its answer and other ways to ask it."""

    question: str
    answer: str
    paraphrases: tuple[str, ...] = ()


@dataclass
class NoAnswer:
    """Counts of questions that have no answer (unknown) and those that have one."""

    unknown_silent: int = 0
    unknown: int = 0
    known_silent: int = 0
    known: int = 0

    def figures(self, name: str) -> dict[str, float]:
        """Precision, recall and F1 of staying silent."""
        silent = self.unknown_silent + self.known_silent
        precision = self.unknown_silent / silent if silent else 0.0
        recall = self.unknown_silent / self.unknown if self.unknown else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}


@dataclass
class CachedEncoder:
    """Encodes each text once: folds share most of theirs."""

    encoder: TextEncoder
    kept: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fingerprint = self.encoder.fingerprint

    def encode(self, texts: list[str], kind: Literal["query", "passage"] = "query") -> np.ndarray:
        """As ``knowledge.vectors.TextEncoder``."""
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self.kept]
        if new:
            self.kept |= {(kind, t): v for t, v in zip(new, self.encoder.encode(new, kind), strict=True)}
        return np.stack([self.kept[kind, text] for text in texts])


def main(
    questions: Annotated[Path, typer.Option(help="stackExchange-FAQ.json or FAQ_with_unknownanswers.json.")],
    language: Annotated[str, typer.Option(help="Whose encoder reads it: en or zh.")] = "en",
    json_out: Annotated[Path | None, typer.Option("--json", help="Where the figures go.")] = None,
) -> None:
    """Measure and report."""
    faqs, unknown = load(questions)
    encoder = CachedEncoder(load_encoder(get_settings(), language, threads=2))
    figures: dict[str, Any] = {
        **report.circumstances(_SEED),
        "file": questions.name,
        "language": language,
        "encoder": encoder.fingerprint,
        "faqs": len(faqs),
        **measure(faqs, unknown, encoder, language),
    }
    _print(figures)
    report.write(json_out or Path(f"benchmarks/results/faq_{questions.stem}_{language}.json"), figures)


def load(path: Path) -> tuple[list[Faq], list[str]]:
    """The FAQs of a file, and questions that have no answer. Raises BadInput for another kind of file."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    if "root" in raw:
        pairs = raw["root"]["qapair"]
        return [
            Faq(
                p["question"],
                "\n\n".join(filter(None, p["answer"])),
                tuple(q for q in p["rephr"] if q and q.strip() != "*"),
            )
            for p in pairs
        ], []
    if "questions" in raw:
        rows = [Faq(row["question"], row["answer"]) for row in raw["questions"]]
        return [r for r in rows if not r.answer.startswith(_UNKNOWN)], [
            r.question for r in rows if r.answer.startswith(_UNKNOWN)
        ]
    raise BadInput(f"{path} is neither StackFAQ nor the e-commerce FAQ")


def measure(faqs: list[Faq], unknown: list[str], encoder: TextEncoder, language: str) -> dict[str, Any]:
    """All figures of a file."""
    labelled = any(faq.paraphrases for faq in faqs)
    asked = [(query, place) for place, faq in enumerate(faqs) for query in (faq.paraphrases or (faq.question,))]
    entries = [entry(faq, place, with_question=labelled) for place, faq in enumerate(faqs)]
    search = _search(entries, encoder, language)
    figures: dict[str, Any] = {
        "queries": len(asked),
        **_quality("bm25", [_by_words(entries, text) for text, _ in asked], asked),
        **_quality("plain", _by_one_vector(faqs, asked, encoder, labelled), asked),
        **_quality("aisle", [_found(search, text, encoder) for text, _ in asked], asked),
    }
    if labelled:
        figures |= _with_labels(faqs, encoder, language)
    if unknown:
        figures |= _silence(search, UNCALIBRATED, asked, unknown, encoder).figures("no_answer")
        figures["unknown"] = len(unknown)
    return figures


def entry(faq: Faq, place: int, labels: Sequence[str] = (), with_question: bool = True) -> Entry:
    """A FAQ as an article of the knowledge base."""
    cut = passages(faq.answer) or (Passage("", faq.question),)
    title = faq.question if with_question else cut[0].text
    phrasings = tuple(dict.fromkeys((title, *labels)))
    return Entry(f"faq-{place}", "en", "faq", title, phrasings, cut, article_id=place)


def _with_labels(faqs: list[Faq], encoder: TextEncoder, language: str) -> dict[str, Any]:
    """Ranking with a fifth of the paraphrases held out, and silence with a fifth of the articles missing besides."""
    order = np.random.default_rng(_SEED)
    fold_of_article = order.permutation(len(faqs)) % FOLDS
    folds_of_paraphrases = [order.permutation(len(faq.paraphrases)) % FOLDS for faq in faqs]
    asked: list[tuple[str, int]] = []
    ranked: list[list[int]] = []
    silence = NoAnswer()
    for fold in range(FOLDS):
        held_out = [
            (text, place)
            for place, faq in enumerate(faqs)
            for text, own in zip(faq.paraphrases, folds_of_paraphrases[place], strict=True)
            if own == fold
        ]
        entries = []
        for place, faq in enumerate(faqs):
            folds = folds_of_paraphrases[place]
            labels = [text for text, own in zip(faq.paraphrases, folds, strict=True) if own != fold]
            entries.append(entry(faq, place, labels))
        search = _search(entries, encoder, language)
        asked += held_out
        ranked += [_found(search, text, encoder) for text, _ in held_out]
        present = [e for e in entries if fold_of_article[e.article_id] != fold]
        partial = _search(present, encoder, language)
        known = [(text, place) for text, place in held_out if fold_of_article[place] != fold]
        missing = [t for n, faq in enumerate(faqs) if fold_of_article[n] == fold for t in faq.paraphrases]
        trial = _silence(partial, calibrate(partial), known, missing, encoder)
        for name in vars(silence):
            setattr(silence, name, getattr(silence, name) + getattr(trial, name))
    return {**_quality("aisle_with_labels", ranked, asked), **silence.figures("no_answer"), "unknown": silence.unknown}


def _search(entries: list[Entry], encoder: TextEncoder, language: str) -> Search:
    search = make_search(entries, encode_entries(encoder, entries), encoder, language)
    if search is None:
        raise BadInput("there is nothing to search")
    return search


def _found(search: Search, text: str, encoder: TextEncoder) -> list[int]:
    hits = search.find(Question(text, encoder.encode([text])[0]), limit=_RANKED)
    return [search.index.entries[hit.article].article_id for hit in hits]


def _by_words(entries: list[Entry], text: str) -> list[int]:
    words = _words(tuple(f"{e.title} {' '.join(e.passage_texts)}" for e in entries))
    numbers, scores = words.matches(text)
    return [int(numbers[place]) for place in np.argsort(-scores, kind="stable")[:_RANKED]]


_WORDS: dict[tuple[str, ...], WordIndex] = {}


def _words(texts: tuple[str, ...]) -> WordIndex:
    if texts not in _WORDS:
        _WORDS[texts] = WordIndex(texts)
    return _WORDS[texts]


def _by_one_vector(faqs: list[Faq], asked: Any, encoder: TextEncoder, labelled: bool) -> list[list[int]]:
    """The encoder alone: over questions or, where they are the queries, over answers."""
    told = encoder.encode([faq.question if labelled else faq.answer for faq in faqs], "passage")
    queries = encoder.encode([text for text, _ in asked])
    return [list(row) for row in np.argsort(-(queries @ told.T), axis=1)[:, :_RANKED].tolist()]


def _silence(
    search: Search, limits: Calibration, known: Sequence[tuple[str, int]], unknown: Sequence[str], encoder: TextEncoder
) -> NoAnswer:
    def silent(texts: Sequence[str]) -> int:
        outcomes = [limits.outcome(search.find(Question(t, encoder.encode([t])[0]), limit=2)) for t in texts]
        return outcomes.count("unanswered")

    return NoAnswer(silent(unknown), len(unknown), silent([text for text, _ in known]), len(known))


def _quality(name: str, ranked: Sequence[Sequence[int]], asked: Sequence[tuple[str, int]]) -> dict[str, float]:
    """One article is right; NDCG@10 is therefore 1 / log2(1 + rank), and 0 beyond ten."""
    ranks = [found.index(right) + 1 if right in found else 0 for found, (_, right) in zip(ranked, asked, strict=True)]
    return {
        f"{name}_hit_at_1": float(np.mean([rank == 1 for rank in ranks])),
        f"{name}_mrr": float(np.mean([1 / rank if rank else 0.0 for rank in ranks])),
        f"{name}_ndcg_at_10": float(np.mean([1 / np.log2(1 + rank) if rank else 0.0 for rank in ranks])),
    }


def _print(figures: dict[str, Any]) -> None:
    table = Table("", "hit@1", "MRR", "NDCG@10", title=f"{figures['file']}: {figures['queries']} queries")
    for name in ("bm25", "plain", "aisle", "aisle_with_labels"):
        if f"{name}_mrr" in figures:
            shown = (figures[f"{name}_{metric}"] for metric in ("hit_at_1", "mrr", "ndcg_at_10"))
            table.add_row(name, *(f"{figure:.4f}" for figure in shown))
    console = Console()
    console.print(table)
    if "no_answer_f1" in figures:
        silence = {metric: round(figures[f"no_answer_{metric}"], 3) for metric in ("precision", "recall", "f1")}
        console.print(f"no answer ({figures['unknown']} unknown): {silence}")


if __name__ == "__main__":
    typer.run(main)
