"""Softmax over what is there. Masks are floats: 1 present, 0 absent."""

from torch import Tensor

ABSENT_LOGIT = -1e4
"""Large but finite: −inf gives NaN where nothing at all is present."""


def masked_softmax(logits: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last axis: sums to 1 over what is present, 0 elsewhere, all 0 where nothing is present."""
    weights = (logits + (1 - mask) * ABSENT_LOGIT).softmax(-1) * mask
    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)
