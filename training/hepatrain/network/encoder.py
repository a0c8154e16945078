"""Slice encoder of one sequence: a token for each 2.5-D slice, and maps of where it looked and what it saw there."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hepatrain.config import NetworkConfig
from hepatrain.network.layers import ConvNorm, Residual


class Encoded(NamedTuple):
    """What an encoder says of N slices. Maps are at stride 8: h = H/8, w = W/8."""

    tokens: Tensor
    """[N, D]."""
    attention: Tensor
    """[N, h, w], every map sums to 1."""
    evidence: Tensor
    """[N, K, h, w]: logits of each stage at each place."""


class ChannelAttention(nn.Module):
    """Weighs channels by what the whole slice holds (squeeze and excitation)."""

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


class Encoder(nn.Module):
    """Residual network, its strides 8, 16 and 32 fused at stride 8, with channel and spatial attention."""

    def __init__(self, config: NetworkConfig) -> None:
        """Each sequence gets an encoder of its own: contrast decides what a texture means."""
        super().__init__()
        w2, w4, w8, w16, w32 = config.widths
        self.stem = ConvNorm(3, w2, stride=2)
        self.down4, self.block4 = ConvNorm(w2, w4, stride=2), Residual(w4)
        self.down8, self.block8 = ConvNorm(w4, w8, stride=2), Residual(w8)
        self.down16, self.block16 = ConvNorm(w8, w16, stride=2), Residual(w16)
        self.down32, self.block32 = ConvNorm(w16, w32, stride=2), Residual(w32)
        self.lateral8 = ConvNorm(w8, config.fused, kernel=1)
        self.lateral16 = ConvNorm(w16, config.fused, kernel=1)
        self.lateral32 = ConvNorm(w32, config.fused, kernel=1)
        self.fuse = ConvNorm(config.fused, config.fused)
        self.channel_attention = ChannelAttention(config.fused)
        self.spatial_attention = SpatialAttention(config.fused)
        self.evidence = nn.Conv2d(config.fused, config.stages, 1)
        self.token = nn.Conv2d(2 * config.fused, config.token, 1)

    def forward(self, slices: Tensor) -> Encoded:
        """slices: float32 [N, 3, H, W], z-scored; H and W are multiples of 32."""
        x4 = self.block4(F.relu(self.down4(F.relu(self.stem(slices)))))
        x8 = self.block8(F.relu(self.down8(x4)))
        x16 = self.block16(F.relu(self.down16(x8)))
        x32 = self.block32(F.relu(self.down32(x16)))
        fused = self.lateral8(x8) + enlarge(self.lateral16(x16), 2) + enlarge(self.lateral32(x32), 4)
        fused = self.channel_attention(F.relu(self.fuse(F.relu(fused))))  # [N, F, h, w]

        attention = self.spatial_attention(fused)  # [N, h, w]
        attended = (fused * attention.unsqueeze(1)).sum((2, 3), keepdim=True)
        everywhere = fused.mean((2, 3), keepdim=True)
        tokens = self.token(torch.cat((attended, everywhere), 1)).flatten(1)
        return Encoded(tokens, attention, self.evidence(fused))


def enlarge(x: Tensor, factor: int) -> Tensor:
    """Repeat every place `factor` times along both axes."""
    return F.interpolate(x, scale_factor=factor, mode="nearest")


def slice_logits(encoded: Encoded) -> Tensor:
    """The evidence where the encoder looked: [N, K]. Its own class loss makes the maps mean something."""
    return (encoded.evidence * encoded.attention.unsqueeze(1)).sum((2, 3))
