import torch

from hepatrain.network.pooling import POOLINGS

X = torch.tensor([[[1.0, 5.0], [3.0, 2.0], [9.0, 9.0]]])
VALID = torch.tensor([[1.0, 1.0, 0.0]])


def test_mean_and_largest_of_the_valid_slices():
    mean, weights = POOLINGS["mean"](2)(X, VALID)
    assert mean.tolist() == [[2.0, 3.5]]
    assert weights.tolist() == [[0.5, 0.5, 0.0]]
    largest, shares = POOLINGS["max"](2)(X, VALID)
    assert largest.tolist() == [[3.0, 5.0]]
    assert shares.tolist() == [[0.5, 0.5, 0.0]]


def test_slices_that_tie_share_a_feature():
    shares = POOLINGS["max"](2)(torch.ones(1, 4, 2), torch.tensor([[1.0, 1.0, 1.0, 0.0]]))[1]
    torch.testing.assert_close(shares, torch.tensor([[1 / 3, 1 / 3, 1 / 3, 0.0]]))


def test_no_slice_gives_zeros_and_finite_gradients():
    for pooling in POOLINGS.values():
        x = torch.randn(2, 3, 8, requires_grad=True)
        pooled, weights = pooling(8)(x, torch.zeros(2, 3))
        assert (pooled == 0).all()
        assert (weights == 0).all()
        pooled.sum().backward()
        assert torch.isfinite(x.grad).all()
