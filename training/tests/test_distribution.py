import numpy as np
import pytest
import torch

from hepatrain.network.distribution import TokenDistribution
from hepatrain.network.tokens import Tokens

D = 6


def tokens(studies: int, slices: int, shift: float = 0.0) -> Tokens:
    """Correlated features of unequal size."""
    mixing = torch.eye(D) + 0.5 * torch.tril(torch.ones(D, D), -1)
    values = (torch.randn(studies, 1, D) + 0.3 * torch.randn(studies, slices, D) + shift) @ mixing.T
    return Tokens(values * torch.logspace(-1, 1, D), torch.rand(studies, slices), torch.ones(studies, slices))


@pytest.fixture
def fitted():
    distribution = TokenDistribution(D)
    distribution.fit(distribution.statistic(tokens(400, 8)))
    return distribution


def test_the_statistic_is_mean_and_deviation_over_valid_slices():
    one = tokens(2, 5)._replace(valid=torch.tensor([[1.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]]))
    statistic = TokenDistribution(D).statistic(one)
    seen = one.values[0, :3].numpy()
    np.testing.assert_allclose(statistic[0], np.concatenate((seen.mean(0), seen.std(0))), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(statistic[1], torch.cat((one.values[1, 0], torch.zeros(D))))  # of one slice no deviation


def test_training_studies_are_at_distance_one_and_strangers_further(fitted):
    torch.manual_seed(1)
    known, strange = fitted.distance(tokens(200, 8)), fitted.distance(tokens(200, 8, shift=3.0))
    assert float(known.mean()) == pytest.approx(1, abs=0.1)
    assert float(strange.min()) > float(known.quantile(0.95))


def test_it_is_the_mahalanobis_distance_up_to_one_factor():
    torch.manual_seed(2)
    distribution, many = TokenDistribution(D), tokens(20000, 8)
    statistics = distribution.statistic(many)
    distribution.fit(statistics)
    values = statistics.double().numpy()
    inverse = np.linalg.inv(np.cov(values.T))
    off = values[:50] - values.mean(0)
    expected = np.sqrt(np.einsum("nf,fg,ng->n", off, inverse, off) / (2 * D))
    ratio = distribution.distance(Tokens(*(part[:50] for part in many))).numpy() / expected
    assert ratio.std() / ratio.mean() < 0.03


def test_a_feature_that_never_changes_and_few_studies_stay_finite():
    distribution = TokenDistribution(D)
    distribution.fit(distribution.statistic(tokens(5, 1)))  # fewer studies than features, deviations all 0
    assert torch.isfinite(distribution.distance(tokens(3, 4))).all()
    with pytest.raises(ValueError, match=r"fitted on \[N, 12\] with N of at least 2, received \[1, 12\]"):
        distribution.fit(torch.zeros(1, 12))
