"""Temperature scaling (Guo et al., 2017): one constant that makes confidence match accuracy."""

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

from hepatrain.predict import Predictions


def fit_temperature(logits: Tensor, stages: Tensor) -> float:
    """Divisor of the logits [B, K] of least log loss on `stages` [B]. It never changes the likeliest stage."""

    def log_loss(log_temperature: float) -> float:
        return float(F.cross_entropy(logits / np.exp(log_temperature), stages))

    # A factor of 8 either way: beyond that something other than the temperature is wrong.
    return float(np.exp(minimize_scalar(log_loss, bounds=(-np.log(8), np.log(8)), method="bounded").x))


@torch.no_grad()
def set_temperature(buffer: Tensor, predictions: Predictions) -> float:
    """Fit on all inputs together, because one temperature serves them all, and store it in the network."""
    temperature = fit_temperature(*predictions.of_all_inputs())
    buffer.fill_(temperature)
    return temperature
