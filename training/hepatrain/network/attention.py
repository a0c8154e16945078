"""Attention inside a slice. Each sequence has its own: contrast decides what is worth looking at."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hepatrain.network.layers import ConvNorm


class ChannelAttention(nn.Module):
    """Weighs channels by what the whole slice holds (squeeze and excitation; Hu et al., 2018)."""

    def __init__(self, channels: int) -> None:
        """A bottleneck of a quarter keeps it from memorising slices."""
        super().__init__()
        self.squeeze = nn.Conv2d(channels, channels // 4, 1)
        self.excite = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] → the same shape."""
        pooled = x.mean((2, 3), keepdim=True)
        return x * self.excite(F.relu(self.squeeze(pooled))).sigmoid()


class SpatialAttention(nn.Module):
    """Says where in a slice the evidence lies."""

    def __init__(self, channels: int) -> None:
        """A 3×3 look at the neighbourhood, then one score per place."""
        super().__init__()
        self.look = ConvNorm(channels, channels // 4)
        self.score = nn.Conv2d(channels // 4, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] → [N, h, w], non-negative, sums to 1."""
        score = self.score(F.relu(self.look(x)))
        return score.flatten(1).softmax(1).reshape(score.shape).squeeze(1)


class UniformAttention(nn.Module):
    """No attention, for comparison: every place counts alike."""

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] → [N, h, w] of 1/(h·w)."""
        return torch.full_like(x[:, 0], 1 / (x.shape[2] * x.shape[3]))
