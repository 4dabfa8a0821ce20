"""Writes models where serving reads them: Hugging Face folders, int8 ONNX folders, sentence encoders."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from language.understanding import CARD, Calibration
from training.checksums import of_folder
from training.dataset import Labels
from training.model import MultiHeadBert, encode_layers, mean_pool
from training.onnx_graph import RowQuantisedEmbedding, export_onnx
from training.row_scaling import with_row_scales
from training.served_card import add_to_card

MAX_TOKENS = 256
_QUERY_PREFIXES = {"multilingual-e5": {"query": "query: ", "passage": "passage: "}}
_NO_PREFIXES = {"query": "", "passage": ""}


def prefixes_of(base_name: str) -> dict[str, str]:
    """What a base model wants before each text."""
    return next((p for start, p in _QUERY_PREFIXES.items() if base_name.startswith(start)), _NO_PREFIXES)


def save_weights(model: MultiHeadBert, labels: Labels, base: Path, folder: Path, notes: dict[str, Any]) -> None:
    """Save a Hugging Face folder: config, safetensors, tokenizer, model card.

    ``BertModel.from_pretrained(folder)`` reads the encoder; ``load_weights`` the heads too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = model.bert.config.to_dict() | {"aisle": asdict(labels)}
    (folder / "config.json").write_text(json.dumps(config, indent=2, default=str))
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (base / name).is_file():
            shutil.copy(base / name, folder)
    (folder / "README.md").write_text(_model_card(labels, notes))


def load_weights(folder: Path) -> tuple[MultiHeadBert, Labels]:
    """Read back what ``save_weights`` wrote."""
    labels = Labels(**{k: tuple(v) for k, v in json.loads((folder / "config.json").read_text())["aisle"].items()})
    config = BertConfig.from_pretrained(folder, attn_implementation="eager")
    bert = BertModel(config, add_pooling_layer=False)
    model = MultiHeadBert(bert, len(labels.intents), len(labels.sentiments), len(labels.tags))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.eval(), labels


def export_understanding(model: MultiHeadBert, labels: Labels, base: Path, folder: Path) -> None:
    """Write the serving folder (see ``language.understanding``) with a calibration that changes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = {
        "intent": {0: "texts"},
        "sentiment": {0: "texts"},
        "tags": {0: "texts", 1: "tokens"},
        "embedding": {0: "texts"},
    }
    export_onnx(_ServedHeads(with_row_scales(model)), folder / "model.onnx", outputs)
    shutil.copy(base / "tokenizer.json", folder)
    card = {
        **asdict(labels),
        "prefix": prefixes_of(base.name)["query"],
        "max_tokens": MAX_TOKENS,
        "calibration": asdict(Calibration()),
        "fingerprint": of_folder(folder, ("model.onnx",)),
    }
    (folder / CARD).write_text(json.dumps(card, indent=2))


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Put a calibration into a serving folder."""
    add_to_card(folder, calibration=asdict(calibration))


def export_encoder(base: Path, folder: Path, int8: bool) -> None:
    """Make the folder that ``language.encoder`` loads; it appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch) / "encoder"
        draft.mkdir()
        bert = BertModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="eager")
        export_onnx(_SentenceEncoder(bert), draft / "model.onnx", {"embedding": {0: "texts"}}, int8)
        shutil.copy(base / "tokenizer.json", draft)
        card = {
            "base": base.name,
            "dimension": bert.config.hidden_size,
            "max_tokens": MAX_TOKENS,
            "prefixes": prefixes_of(base.name),
            "int8": int8,
            "fingerprint": of_folder(draft, ("model.onnx", "tokenizer.json")),
        }
        (draft / "encoder.json").write_text(json.dumps(card, indent=2))
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)


class _SentenceEncoder(nn.Module):
    """Mean-pooled, normalised vectors; the shape ONNX export wants."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        bert.embeddings.word_embeddings = RowQuantisedEmbedding(bert.embeddings.word_embeddings)
        self.bert = bert

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        embedded = self.bert.embeddings(input_ids=input_ids)
        hidden = encode_layers(self.bert, embedded, attention_mask, 0, self.bert.config.num_hidden_layers)
        return functional.normalize(mean_pool(hidden, attention_mask), dim=-1)


class _ServedHeads(nn.Module):
    """The multi-head model with its word embeddings as int8 for the time of the export."""

    def __init__(self, model: MultiHeadBert) -> None:
        super().__init__()
        self.model = model
        self._table = RowQuantisedEmbedding(model.bert.embeddings.word_embeddings)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        words = self._table(input_ids)
        embedded = self.model.bert.embeddings(inputs_embeds=words)
        hidden = self.model.run_layers(embedded, attention_mask, 0, self.model.layer_count)
        outputs = self.model.heads(hidden, attention_mask)
        return outputs.intent, outputs.sentiment, outputs.tags, functional.normalize(outputs.pooled, dim=-1)


def _model_card(labels: Labels, notes: dict[str, Any]) -> str:
    lines = [f"- {key}: {value}" for key, value in notes.items()]
    return "\n".join(
        [
            "# Aisle understanding model",
            "",
            "A BERT encoder with three linear heads: intent and sentiment on the mean over the tokens, entity tags",
            "(BIO) on each token. Made by `rasa train`; served as int8 ONNX by `language.understanding`.",
            "",
            *lines,
            f"- torch: {torch.__version__}",
            f"- intents ({len(labels.intents)}): {', '.join(labels.intents)}",
            f"- tags: {', '.join(labels.tags)}",
            f"- sentiments: {', '.join(labels.sentiments)}",
            "",
        ]
    )
