"""Temperature scaling (Guo et al., 2017): one constant that makes confidence match accuracy."""

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F


def fit_temperature(logits: Tensor, stages: Tensor) -> float:
    """Divisor of the logits [B, K] of least log loss on `stages` [B]. It never changes the likeliest stage."""

    def log_loss(log_temperature: float) -> float:
        return float(F.cross_entropy(logits / np.exp(log_temperature), stages))

    # A factor of 8 either way: beyond that something other than the temperature is wrong.
    return float(np.exp(minimize_scalar(log_loss, bounds=(-np.log(8), np.log(8)), method="bounded").x))


def flatten_inputs(logits: Tensor, stages: Tensor) -> tuple[Tensor, Tensor]:
    """[B, 3, K] and [B] → [3B, K] and [3B]: one temperature serves all inputs."""
    return logits.flatten(0, 1), stages.repeat_interleave(logits.shape[1])


@torch.no_grad()
def set_temperature(buffer: Tensor, logits: list[Tensor], stages: list[Tensor]) -> float:
    """Fit on several sets of [B, 3, K] logits together and store the constant in the network."""
    sets = [flatten_inputs(*pair) for pair in zip(logits, stages, strict=True)]
    temperature = fit_temperature(torch.cat([s[0] for s in sets]), torch.cat([s[1] for s in sets]))
    buffer.fill_(temperature)
    return temperature
