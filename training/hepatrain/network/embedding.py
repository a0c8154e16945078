"""Tokens with their places."""

import math

import torch
from torch import Tensor, nn

from hepatrain.network.tokens import Tokens


class SliceEmbedding(nn.Module):
    """A token with where it lies, in the stager's own space."""

    def __init__(self, features: int) -> None:
        """Four octaves of z: from the whole liver down to an eighth of it."""
        super().__init__()
        self.value = nn.Linear(features, features)
        self.place = nn.Linear(8, features)
        self.norm = nn.LayerNorm(features)
        self.register_buffer("frequencies", math.pi * 2.0 ** torch.arange(4), persistent=False)

    def forward(self, tokens: Tokens) -> Tensor:
        """→ [B, S, D]."""
        phase = tokens.positions.unsqueeze(-1) * self.frequencies
        return self.norm(self.value(tokens.values) + self.place(torch.cat((phase.sin(), phase.cos()), -1)))
