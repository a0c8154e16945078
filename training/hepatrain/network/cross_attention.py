"""Slices of one sequence ask the slices of the other."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hepatrain.network.masking import masked_softmax


class CrossAttention(nn.Module):
    """Multi-head attention across sequences, near slices first."""

    def __init__(self, features: int, heads: int, dropout: float) -> None:
        """The pull of nearness is learnt by each head."""
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(features, features)
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)
        self.output = nn.Linear(features, features)
        self.nearness = nn.Parameter(torch.zeros(heads))
        self.norm = nn.LayerNorm(features)
        self.dropout = nn.Dropout(dropout)

    def forward(self, asking: Tensor, asked: Tensor, distance: Tensor, asked_valid: Tensor) -> Tensor:
        """asking [B, S, D], asked [B, S', D], distance [B, S, S'] in positions, asked_valid [B, S'] → [B, S, D]."""
        query, key, value = self.split(self.query(asking)), self.split(self.key(asked)), self.split(self.value(asked))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # [B, heads, S, S']
        scores = scores - F.softplus(self.nearness).reshape(-1, 1, 1) * distance.unsqueeze(1)
        # Where the other sequence is absent all weights are 0, and so is the answer.
        weights = masked_softmax(scores, asked_valid[:, None, None, :])
        answer = (weights @ value).transpose(1, 2).flatten(2)
        heard = asked_valid.amax(1)[:, None, None]
        return self.norm(asking + self.dropout(self.output(answer) * heard))

    def split(self, x: Tensor) -> Tensor:
        """[B, S, D] → [B, heads, S, D/heads]."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """What a slice makes of what it has heard."""

    def __init__(self, features: int, dropout: float) -> None:
        """Twice as wide inside."""
        super().__init__()
        self.feed = nn.Sequential(nn.Linear(features, 2 * features), nn.GELU(), nn.Linear(2 * features, features))
        self.norm = nn.LayerNorm(features)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[B, S, D] → the same shape."""
        return self.norm(x + self.dropout(self.feed(x)))
