"""What a network in PyTorch says of prepared studies."""

import torch
from torch import Tensor

from hepatrain.data.batches import whole_batches
from hepatrain.data.studies import Study
from hepatrain.network.model import StagingNetwork


@torch.no_grad()
def predict_logits(network: StagingNetwork, studies: list[Study], variant: str) -> tuple[Tensor, Tensor]:
    """Uncalibrated logits [B, 3, K] for each of `INPUTS`, and true stages [B]."""
    network.eval()
    logits, stages = [], []
    for batch in whole_batches(studies, variant):
        logits.append(network(batch.slices).decisions.logits)
        stages.append(batch.stages)
    return torch.cat(logits), torch.cat(stages)
