"""How far a study's tokens lie from those of the training studies: a Mahalanobis distance (Lee et al., 2018)."""

import math

import torch
from torch import Tensor, nn

from hepatrain.network.tokens import Tokens


class TokenDistribution(nn.Module):
    """Of one sequence. Two constants that are fitted after training; until then mean 0 and the identity."""

    reference_mean: Tensor
    """[F]: of the statistic over the training studies; F = 2·D."""
    reference_whitening: Tensor
    """[F, F]: turns a deviation into uncorrelated ones, scaled to a mean distance of 1 over the training studies."""

    def __init__(self, token: int) -> None:
        """token: D."""
        super().__init__()
        self.register_buffer("reference_mean", torch.zeros(2 * token))
        self.register_buffer("reference_whitening", torch.eye(2 * token))

    def statistic(self, tokens: Tokens) -> Tensor:
        """Mean and standard deviation of the tokens over the valid slices, [B, F]; zeros where there is none."""
        valid = tokens.valid.unsqueeze(-1)
        count = valid.sum(1, keepdim=True).clamp(min=1)
        mean = (tokens.values * valid).sum(1, keepdim=True) / count  # [B, 1, D]
        variance = ((tokens.values - mean).square() * valid).sum(1, keepdim=True) / count
        return torch.cat((mean, variance.sqrt()), 2).squeeze(1)

    def distance(self, tokens: Tokens) -> Tensor:
        """[B]: about 1 for a study like the training ones, more for a stranger, 0 for an absent sequence."""
        whitened = (self.statistic(tokens) - self.reference_mean) @ self.reference_whitening
        return whitened.square().sum(1).sqrt() / math.sqrt(whitened.shape[1]) * tokens.valid.amax(1)

    @torch.no_grad()
    def fit(self, statistics: Tensor) -> None:
        """Set the constants from the statistics [N, F] of N ≥ 2 training studies.

        The covariance of N studies is shrunk (Ledoit and Wolf, 2004), because N is seldom much larger than F.
        """
        from sklearn.covariance import ledoit_wolf  # for fitting only

        if statistics.ndim != 2 or len(statistics) < 2 or statistics.shape[1] != len(self.reference_mean):
            raise ValueError(
                f"A token distribution is fitted on [N, {len(self.reference_mean)}] with N of at least 2, "
                f"received {list(statistics.shape)}."
            )
        values = statistics.double().cpu()
        mean, deviation = values.mean(0), values.std(0, correction=0)
        # A feature that never changes would make any change infinite.
        deviation = deviation.clamp(min=max(0.01 * float(deviation.median()), 1e-6))
        standard = (values - mean) / deviation
        covariance = torch.from_numpy(ledoit_wolf(standard.numpy(), assume_centered=True)[0])
        spread, axes = torch.linalg.eigh(covariance)
        whitening = axes * spread.clamp(min=1e-6).rsqrt() / deviation.unsqueeze(1)  # [F, F]
        distances = ((values - mean) @ whitening).square().mean(1).sqrt()
        self.reference_mean.copy_(mean)
        self.reference_whitening.copy_(whitening / distances.mean().clamp(min=1e-6))
