"""A BERT base of a few kilobytes, made on the spot: same files and code paths as a real one."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel

TEXTS = (
    "where is my order",
    "track my parcel please",
    "i want a red jacket in size M",
    "show me a blue dress",
    "thank you very much",
    "a green shirt, a black hat, a white bag",
    "awful terrible thing",
    "great wonderful thing",
    "it is a box",
    "我的订单到哪了",
    "我想买红色的外套",
    "谢谢你",
)


def make_tiny_base(folder: Path) -> Path:
    """Write config, weights and tokenizer of a two-layer BERT, 32 wide."""
    tokenizer = _tokenizer()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=300,
        pad_token_id=1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    words = [pre_tokenizers.Whitespace(), pre_tokenizers.Split(Regex(r"[\u4e00-\u9fff]"), "isolated")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(words)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer
