import torch

from hepatrain.network.masking import masked_softmax


def test_weights_sum_to_one_over_what_is_present():
    weights = masked_softmax(torch.tensor([[5.0, -3.0, 900.0]]), torch.tensor([[1.0, 1.0, 0.0]]))
    assert weights[0, 2] == 0
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))


def test_nothing_present_gives_zeros_not_nan():
    weights = masked_softmax(torch.randn(2, 4), torch.zeros(2, 4))
    assert torch.equal(weights, torch.zeros(2, 4))


def test_gradients_stay_finite_where_nothing_is_present():
    logits = torch.randn(1, 3, requires_grad=True)
    masked_softmax(logits, torch.zeros(1, 3)).sum().backward()
    assert torch.isfinite(logits.grad).all()
