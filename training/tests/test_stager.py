import itertools

import pytest
import torch

from hepatrain.network.stager import Tokens


def tokens(studies: int, slices: int, width: int = 96) -> Tokens:
    return Tokens(torch.randn(studies, slices, width), torch.rand(studies, slices), torch.ones(studies, slices))


def absent(studies: int, width: int = 96) -> Tokens:
    return Tokens(torch.zeros(studies, 1, width), torch.zeros(studies, 1), torch.zeros(studies, 1))


@pytest.mark.parametrize("masks", list(itertools.product((0.0, 1.0), repeat=4)))
def test_every_combination_of_masks_is_finite_and_sums_to_one(network, masks):
    t1w, t2w = tokens(2, 2), tokens(2, 2)
    t1w = t1w._replace(valid=torch.tensor([masks[:2]] * 2))
    t2w = t2w._replace(valid=torch.tensor([masks[2:]] * 2))
    probabilities, slices1, slices2, sequences = network.stager(*t1w, *t2w)
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(2, 3))
    for attention, valid in ((slices1, masks[:2]), (slices2, masks[2:]), (sequences, (max(masks[:2]), max(masks[2:])))):
        assert (attention[:, torch.tensor(valid) == 0] == 0).all()
        torch.testing.assert_close(attention.sum(1), torch.full((2,), max(valid)))


def test_joint_equals_the_lone_one_where_the_other_is_absent(network):
    t1w_only = network.stager(*tokens(3, 5), *absent(3))[0]
    torch.testing.assert_close(t1w_only[:, 2], t1w_only[:, 0], rtol=0, atol=1e-6)
    torch.testing.assert_close(t1w_only[:, 1], torch.full((3, 3), 1 / 3))
    t2w_only = network.stager(*absent(3), *tokens(3, 5))[0]
    torch.testing.assert_close(t2w_only[:, 2], t2w_only[:, 1], rtol=0, atol=1e-6)


def test_the_lone_opinion_does_not_depend_on_the_other_sequence(network):
    t1w = tokens(2, 4)
    first, second = network.stager(*t1w, *tokens(2, 3))[0], network.stager(*t1w, *tokens(2, 6))[0]
    torch.testing.assert_close(first[:, 0], second[:, 0])
    assert not torch.allclose(first[:, 2], second[:, 2], atol=1e-4)


def test_order_of_slices_does_not_matter(network):
    t1w, t2w = tokens(2, 6), tokens(2, 4)
    order = torch.randperm(6)
    shuffled = Tokens(*(part[:, order] for part in t1w))
    straight, mixed = network.stager(*t1w, *t2w), network.stager(*shuffled, *t2w)
    torch.testing.assert_close(straight[0], mixed[0])
    torch.testing.assert_close(straight[1][:, order], mixed[1])


def test_padding_does_not_matter(network):
    t1w, t2w = tokens(2, 4), tokens(2, 3)
    padded = Tokens(
        torch.cat((t1w.values, torch.full((2, 2, 96), 7.0)), 1),
        torch.cat((t1w.positions, torch.rand(2, 2)), 1),
        torch.cat((t1w.valid, torch.zeros(2, 2)), 1),
    )
    plain, with_padding = network.stager(*t1w, *t2w), network.stager(*padded, *t2w)
    torch.testing.assert_close(plain[0], with_padding[0])
    torch.testing.assert_close(plain[2], with_padding[2])


def test_place_matters(network):
    t1w, t2w = tokens(2, 4), tokens(2, 4)
    moved = t1w._replace(positions=t1w.positions.flip(1))
    assert not torch.allclose(network.stager(*t1w, *t2w)[0], network.stager(*moved, *t2w)[0], atol=1e-4)
