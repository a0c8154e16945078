"""Stages are ordered: a head that knows it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class OrdinalHead(nn.Module):
    """One severity score against K−1 rising thresholds (cumulative logits)."""

    def __init__(self, features: int, stages: int) -> None:
        """Gaps start at 1.5 logits, centred on 0."""
        super().__init__()
        self.score = nn.Linear(features, 1)
        self.first = nn.Parameter(torch.tensor(-0.75 * (stages - 2)))
        self.gaps = nn.Parameter(torch.full((stages - 2,), 1.25))

    def forward(self, x: Tensor) -> Tensor:
        """[B, D] → [B, K−1]: logit of P(stage > k); falls with k whatever the weights, because thresholds only rise."""
        thresholds = torch.cat((self.first.reshape(1), self.first + F.softplus(self.gaps).cumsum(0)))
        return self.score(x) - thresholds


def stage_log_probabilities(cumulative_logits: Tensor) -> Tensor:
    """[B, K−1] cumulative logits → [B, K] log-probabilities of the stages."""
    above = cumulative_logits.sigmoid()
    one, zero = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    stage = torch.cat((one, above), 1) - torch.cat((above, zero), 1)
    return stage.clamp(min=1e-6).log()
