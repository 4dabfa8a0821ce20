"""Which weights of the encoder learn: those of the upper layers themselves, or low-rank updates to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.errors import NotReady
from training.model import MultiHeadBert

_ALPHA_PER_RANK = 2
_TARGETS = ("query", "key", "value", "dense")


@contextmanager
def low_rank_updates(model: MultiHeadBert, rank: int, frozen_layers: int) -> Iterator[None]:
    """Let the layers from ``frozen_layers`` upwards learn.

    With a ``rank`` above 0 only low-rank updates to their matrices learn, which needs far less memory on a large
    base; at the end they are added into the matrices, so that nothing after training knows the difference. Raises
    NotReady when the package peft is missing. Source: Hu et al., "LoRA", ICLR 2022.
    """
    model.bert.requires_grad_(False)
    upper = model.bert.encoder.layer[frozen_layers:]
    if not rank:
        upper.requires_grad_(True)
        yield
        return
    adapted = _with_adapters(model, rank, frozen_layers)
    yield
    model.bert = adapted.merge_and_unload()


def _with_adapters(model: MultiHeadBert, rank: int, frozen_layers: int) -> Any:
    try:
        import peft
    except ImportError as error:
        raise NotReady(f"lora_rank {rank} needs the package peft; install it, or set lora_rank to 0.") from error
    config = peft.LoraConfig(
        r=rank,
        lora_alpha=_ALPHA_PER_RANK * rank,
        lora_dropout=0.1,
        target_modules=list(_TARGETS),
        layers_to_transform=list(range(frozen_layers, model.layer_count)),
        layers_pattern="layer",
    )
    return peft.get_peft_model(model.bert, config)
