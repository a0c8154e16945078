"""Slice encoder of one sequence: a token for each 2.5-D slice, and maps of where it looked and what it saw there."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hepatrain.config import NetworkConfig
from hepatrain.network.attention import ChannelAttention, SpatialAttention, UniformAttention
from hepatrain.network.backbones import make_backbone
from hepatrain.network.fusion import LastStage, MultiScaleFusion


class Encoded(NamedTuple):
    """What an encoder says of N slices. Maps are at stride 8: h = H/8, w = W/8."""

    tokens: Tensor
    """[N, D]."""
    attention: Tensor
    """[N, h, w], every map sums to 1."""
    evidence: Tensor
    """[N, K, h, w]: logits of each stage at each place."""


class Encoder(nn.Module):
    """Backbone, multi-scale fusion at stride 8, channel and spatial attention, a token."""

    def __init__(self, config: NetworkConfig) -> None:
        """Each sequence gets an encoder of its own: contrast decides what a texture means."""
        super().__init__()
        self.middle_only = config.input == "2d"
        self.backbone = make_backbone(config)
        fusion = MultiScaleFusion if config.fusion else LastStage
        self.fusion = fusion(self.backbone.channels, config.fused)
        self.channel_attention = ChannelAttention(config.fused) if config.attention else nn.Identity()
        self.spatial_attention = SpatialAttention(config.fused) if config.attention else UniformAttention()
        self.evidence = nn.Conv2d(config.fused, config.stages, 1)
        self.token = nn.Conv2d(2 * config.fused, config.token, 1)

    def forward(self, slices: Tensor) -> Encoded:
        """slices: float32 [N, 3, H, W], z-scored; H and W are multiples of 32."""
        if self.middle_only:
            # Three times the slice itself: published weights know three channels.
            slices = slices[:, 1:2].expand(-1, 3, -1, -1)
        fused = self.channel_attention(self.fusion(self.backbone(slices)))  # [N, F, h, w]

        attention = self.spatial_attention(fused)  # [N, h, w]
        attended = (fused * attention.unsqueeze(1)).sum((2, 3), keepdim=True)
        everywhere = fused.mean((2, 3), keepdim=True)
        tokens = self.token(torch.cat((attended, everywhere), 1)).flatten(1)
        return Encoded(tokens, attention, self.evidence(fused))


def slice_logits(encoded: Encoded) -> Tensor:
    """The evidence where the encoder looked: [N, K]. Its own class loss makes the maps mean something."""
    return (encoded.evidence * encoded.attention.unsqueeze(1)).sum((2, 3))
