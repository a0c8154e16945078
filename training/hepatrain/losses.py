"""What the network is taught."""

import torch
from torch import Tensor
from torch.nn import functional as F

from hepatrain.config import TrainingConfig
from hepatrain.network.model import Outcome, Slices
from hepatrain.network.stager import Decisions


def stage_weights(stages: Tensor, count: int) -> Tensor:
    """Weight of each stage, [K]: 1/√frequency, scaled to a mean of 1. Mild, so that probabilities stay calibrated."""
    frequency = torch.bincount(stages, minlength=count).float().clamp(min=1)
    weights = frequency.rsqrt()
    return weights / weights.mean()


def decision_loss(decisions: Decisions, stages: Tensor, weights: Tensor, ordinal_weight: float) -> Tensor:
    """Cross-entropy and, of an ordinal head, its loss: weighted mean over the decisions that saw anything."""
    count = decisions.logits.shape[1]
    every = stages.repeat_interleave(count)  # [B·P]
    seen = decisions.present.amax(2).flatten() * weights[every]
    loss = F.cross_entropy(decisions.logits.flatten(0, 1), every, reduction="none")
    if decisions.cumulative_logits is not None:
        cumulative = decisions.cumulative_logits.flatten(0, 1)  # [B·P, K−1]
        above = (every.unsqueeze(1) > torch.arange(cumulative.shape[1], device=every.device)).float()
        ordinal = F.binary_cross_entropy_with_logits(cumulative, above, reduction="none").mean(1)
        loss = loss + ordinal_weight * ordinal
    return (loss * seen).sum() / seen.sum()


def evidence_loss(logits: Tensor, slices: Slices, stages: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of one sequence's evidence maps, over the studies that have it."""
    seen = slices.valid.amax(1) * weights[stages]
    return (F.cross_entropy(logits, stages, reduction="none") * seen).sum() / seen.sum().clamp(min=1e-6)


def training_loss(
    outcome: Outcome, slices: dict[str, Slices], stages: Tensor, weights: Tensor, config: TrainingConfig
) -> Tensor:
    """The decisions' loss, and the mean of both sequences' evidence losses."""
    evidence = [evidence_loss(outcome.evidence_logits[s], slices[s], stages, weights) for s in slices]
    decisions = decision_loss(outcome.decisions, stages, weights, config.ordinal_weight)
    return decisions + config.evidence_weight * torch.stack(evidence).mean()
