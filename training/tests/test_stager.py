import itertools

import pytest
import torch

from hepatrain.config import NetworkConfig
from hepatrain.network.model import Slices, StagingNetwork
from hepatrain.network.stager import Stager
from hepatrain.network.tokens import Tokens
from hepatrain.vocabulary import SEQUENCES
from tests.conftest import SIDE

WIDTH = 16
FORMS = [
    {"pooling": "gated"},
    {"pooling": "mean", "cross_attention": False},
    {"pooling": "max", "ordinal": False},
]
"""Every kind of module once."""


@pytest.fixture(params=FORMS, ids=lambda form: " ".join(map(str, form.values())))
def stager(request):
    return Stager(NetworkConfig(token=WIDTH, **request.param)).eval()


def tokens(studies: int, slices: int) -> Tokens:
    return Tokens(torch.randn(studies, slices, WIDTH), torch.rand(studies, slices), torch.ones(studies, slices))


def absent(studies: int) -> Tokens:
    return Tokens(torch.zeros(studies, 1, WIDTH), torch.zeros(studies, 1), torch.zeros(studies, 1))


def padded(real: Tokens, count: int) -> Tokens:
    """With `count` slices of padding, which are not zeros."""
    studies = len(real.values)
    return Tokens(
        torch.cat((real.values, torch.full((studies, count, WIDTH), 7.0)), 1),
        torch.cat((real.positions, torch.rand(studies, count)), 1),
        torch.cat((real.valid, torch.zeros(studies, count)), 1),
    )


@pytest.mark.parametrize("masks", list(itertools.product((0.0, 1.0), repeat=4)))
def test_every_combination_of_masks_is_finite_and_sums_to_one(stager, masks):
    t1w, t2w = tokens(2, 2), tokens(2, 2)
    t1w = t1w._replace(valid=torch.tensor([masks[:2]] * 2))
    t2w = t2w._replace(valid=torch.tensor([masks[2:]] * 2))
    probabilities, slices1, slices2, sequences, distance = stager(*t1w, *t2w)
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(2, 3))
    for attention, valid in ((slices1, masks[:2]), (slices2, masks[2:]), (sequences, (max(masks[:2]), max(masks[2:])))):
        assert (attention[:, torch.tensor(valid) == 0] == 0).all()
        torch.testing.assert_close(attention.sum(1), torch.full((2,), max(valid)))
    assert torch.isfinite(distance).all()
    assert ((distance > 0) == torch.tensor([max(masks[:2]) > 0, max(masks[2:]) > 0])).all()


def test_joint_equals_the_lone_one_where_the_other_is_absent(stager):
    t1w_only = stager(*tokens(3, 5), *absent(3))[0]
    torch.testing.assert_close(t1w_only[:, 2], t1w_only[:, 0], rtol=0, atol=1e-6)
    torch.testing.assert_close(t1w_only[:, 1], torch.full((3, 3), 1 / 3))
    t2w_only = stager(*absent(3), *tokens(3, 5))[0]
    torch.testing.assert_close(t2w_only[:, 2], t2w_only[:, 1], rtol=0, atol=1e-6)


def test_nothing_at_all_is_uniform(stager):
    probabilities, *attention = stager(*absent(2), *absent(2))
    torch.testing.assert_close(probabilities, torch.full((2, 3, 3), 1 / 3))
    assert all((part == 0).all() for part in attention)


def test_the_lone_opinion_does_not_depend_on_the_other_sequence(stager):
    t1w = tokens(2, 4)
    first, second = stager(*t1w, *tokens(2, 3))[0], stager(*t1w, *tokens(2, 6))[0]
    torch.testing.assert_close(first[:, 0], second[:, 0])
    assert not torch.allclose(first[:, 2], second[:, 2], atol=1e-4)


def test_order_of_slices_does_not_matter(stager):
    t1w, t2w = tokens(2, 6), tokens(2, 4)
    order = torch.randperm(6)
    shuffled = Tokens(*(part[:, order] for part in t1w))
    straight, mixed = stager(*t1w, *t2w), stager(*shuffled, *t2w)
    for output, (one, other) in enumerate(zip(straight, mixed, strict=True)):
        torch.testing.assert_close(one[:, order] if output == 1 else one, other)


@pytest.mark.parametrize("slices", (1, 2, 17))
def test_padding_does_not_matter_with_any_number_of_slices(stager, slices):
    t1w, t2w = tokens(2, slices), tokens(2, 3)
    plain, with_padding = stager(*t1w, *t2w), stager(*padded(t1w, 2), *padded(t2w, 5))
    for output, (one, other) in enumerate(zip(plain, with_padding, strict=True)):
        count = {1: slices, 2: 3}.get(output)
        torch.testing.assert_close(one, other[:, :count])
        assert (other[:, count:] == 0).all() or count is None


def test_place_matters(stager):
    t1w, t2w = tokens(2, 4), tokens(2, 4)
    moved = t1w._replace(positions=t1w.positions.flip(1))
    if not stager.ask_other:
        # Without questions across sequences a mean sees where slices lie all the same: by their embedding.
        moved = t1w._replace(positions=t1w.positions + 0.4)
    assert not torch.allclose(stager(*t1w, *t2w)[0], stager(*moved, *t2w)[0], atol=1e-5)


def test_without_cross_attention_a_sequence_is_read_alone():
    t1w, first, second = tokens(2, 4), tokens(2, 3), tokens(2, 3)
    for crossing in (True, False):
        stager = Stager(NetworkConfig(token=WIDTH, cross_attention=crossing)).eval()
        heard = [stager.hear(t1w, other)[0] for other in (first, second)]
        assert torch.equal(*heard) is not crossing


def test_padding_of_images_is_never_computed():
    network = StagingNetwork(NetworkConfig(widths=(8, 8, 8, 8, 8), fused=8, token=WIDTH)).eval()
    images, positions = torch.randn(2, 3, 3, SIDE, SIDE), torch.rand(2, 3)
    valid = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    garbage = torch.where(valid[:, :, None, None, None] > 0, images, float("nan"))
    none = Slices(torch.zeros(2, 1, 3, SIDE, SIDE), torch.zeros(2, 1), torch.zeros(2, 1))
    outcome = network(dict(zip(SEQUENCES, (Slices(garbage, positions, valid), none), strict=True)))
    assert torch.isfinite(outcome.decisions.logits).all()
    assert outcome.decisions.present[:, 2].tolist() == [[1, 0], [1, 0]]
