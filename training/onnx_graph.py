"""From a torch module to an int8 ONNX file.

Matrices are quantised by ONNX Runtime (dynamic int8, one scale a column). The word embeddings, most of a
multilingual model, get one scale a row, which ONNX Runtime does not offer: the row is looked up as int8 and
multiplied by its own scale inside the graph.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

_OPSET = 17
INPUTS = ("input_ids", "attention_mask")


class RowQuantisedEmbedding(nn.Module):
    """An embedding table as int8 with one scale a row; a lookup gives float32 rows."""

    table: Tensor
    scale: Tensor

    def __init__(self, source: nn.Embedding) -> None:
        super().__init__()
        weight = source.weight.detach().float()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("table", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        """float32 rows (…, width) of int64 ids (…)."""
        return self.table[ids].float() * self.scale[ids]


def export_onnx(module: nn.Module, path: Path, outputs: dict[str, dict[int, str]], int8: bool = True) -> None:
    """Trace ``module(input_ids, attention_mask)`` into ``path``.

    ``outputs`` names the outputs in order, each with its dynamic axes. With ``int8`` the matrices are quantised.
    """
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | outputs
    example = torch.ones((2, 6), dtype=torch.int64)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        traced = Path(scratch) / "float.onnx"
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module.eval(),
                (example, example),
                str(traced),
                input_names=list(INPUTS),
                output_names=list(outputs),
                dynamic_axes=axes,
                opset_version=_OPSET,
                dynamo=False,
            )
        _quantise(traced, path) if int8 else traced.replace(path)


def _quantise(source: Path, target: Path) -> None:
    logging.getLogger("root").setLevel(logging.ERROR)
    quantize_dynamic(
        source, target, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8
    )
