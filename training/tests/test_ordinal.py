import torch

from hepatrain.network.ordinal import OrdinalHead, stage_log_probabilities


def test_cumulative_probability_falls_with_the_stage_whatever_the_weights():
    for seed in range(20):
        torch.manual_seed(seed)
        head = OrdinalHead(8, stages=4)
        for parameter in head.parameters():
            torch.nn.init.normal_(parameter, 0, 3)
        cumulative = head(torch.randn(16, 8))
        assert (cumulative.diff(dim=1) <= 0).all()


def test_stage_probabilities_sum_to_one():
    cumulative = torch.tensor([[2.0, -1.0], [0.3, 0.1]])
    torch.testing.assert_close(stage_log_probabilities(cumulative).exp().sum(1), torch.ones(2))


def test_a_saturated_score_gives_finite_logarithms():
    assert torch.isfinite(stage_log_probabilities(torch.tensor([[60.0, 50.0], [-50.0, -60.0]]))).all()
