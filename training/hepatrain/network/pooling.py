"""Slices into one study: three ways. Each says how much every slice counted: 0 for padding, 1 together."""

import torch
from torch import Tensor, nn

from hepatrain.network.masking import ABSENT_LOGIT, masked_softmax


class GatedPooling(nn.Module):
    """Gated-attention pooling over slices (Ilse et al., 2018)."""

    def __init__(self, features: int) -> None:
        """Half the features are enough to say which slices matter."""
        super().__init__()
        self.content = nn.Linear(features, features // 2)
        self.gate = nn.Linear(features, features // 2)
        self.score = nn.Linear(features // 2, 1)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, S, D], valid [B, S] → pooled [B, D] and the weights [B, S]."""
        score = self.score(self.content(x).tanh() * self.gate(x).sigmoid()).squeeze(-1)
        weights = masked_softmax(score, valid)
        return (weights.unsqueeze(-1) * x).sum(1), weights


class MeanPooling(nn.Module):
    """Every valid slice counts alike."""

    def __init__(self, features: int) -> None:
        """Has no weights."""
        super().__init__()

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, S, D], valid [B, S] → pooled [B, D] and the weights [B, S]."""
        weights = masked_softmax(torch.zeros_like(valid), valid)
        return (weights.unsqueeze(-1) * x).sum(1), weights


class MaxPooling(nn.Module):
    """The largest value of each feature over the valid slices."""

    def __init__(self, features: int) -> None:
        """Has no weights."""
        super().__init__()

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, S, D], valid [B, S] → pooled [B, D]; and [B, S], the share of features whose largest value it gave."""
        there = valid.unsqueeze(-1)
        candidates = x * there + (1 - there) * ABSENT_LOGIT
        largest = candidates.amax(1, keepdim=True)  # [B, 1, D]
        gave = (candidates >= largest).to(x.dtype) * there  # several slices where they tie
        shares = gave / gave.sum(1, keepdim=True).clamp(min=1)
        return (largest * there.amax(1, keepdim=True)).squeeze(1), shares.mean(-1)


POOLINGS = {"mean": MeanPooling, "max": MaxPooling, "gated": GatedPooling}
