from __future__ import annotations

import torch
from torch import nn

from training.row_scaling import RowScaledLinear


def test_in_fp32_nothing_changes() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(24, 8)
    rows = torch.randn(3, 5, 24) * torch.tensor([1e-3, 1.0, 10.0, 1e3, 0.0])[:, None]
    torch.testing.assert_close(RowScaledLinear(linear)(rows), linear(rows), rtol=1e-4, atol=1e-4)
