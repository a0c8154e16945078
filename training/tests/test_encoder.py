import copy

import torch

from hepatrain.network.layers import fold_norms
from tests.conftest import SIDE


def test_shapes_and_attention(network):
    encoded = network.encoders["T1W"](torch.randn(5, 3, SIDE, 2 * SIDE))
    assert encoded.tokens.shape == (5, network.config.token)
    assert encoded.attention.shape == (5, SIDE // 8, 2 * SIDE // 8)
    assert encoded.evidence.shape == (5, network.config.stages, SIDE // 8, 2 * SIDE // 8)
    torch.testing.assert_close(encoded.attention.sum((1, 2)), torch.ones(5))


def test_slices_do_not_see_each_other(network):
    slices = torch.randn(4, 3, SIDE, SIDE)
    order = torch.tensor([2, 0, 3, 1])
    together = network.encoders["T2W"](slices)
    shuffled = network.encoders["T2W"](slices[order])
    for whole, part in zip(together, shuffled, strict=True):
        torch.testing.assert_close(whole[order], part)


def test_folding_the_normalisations_changes_nothing(network):
    slices = torch.randn(2, 3, SIDE, SIDE)
    folded = fold_norms(copy.deepcopy(network.encoders["T1W"]))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    for before, after in zip(network.encoders["T1W"](slices), folded(slices), strict=True):
        torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-4)
