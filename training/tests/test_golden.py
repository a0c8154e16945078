"""What the shipped golden case lets pass and what not."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from hepatrain.package.files import ENCODER_OUTPUTS
from hepatrain.package.golden import SeededCase, outputs
from hepatrain.package.parity import network_of
from hepatrain.package.runtime import Answer
from hepatrain.vocabulary import SEQUENCES

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "phantom-light"
GOLDEN = json.loads((SHIPPED / "golden.json").read_text())


@pytest.fixture(scope="module")
def network():
    return network_of(SHIPPED)


def tf32(x: Tensor) -> Tensor:
    """Rounded to 10 bits of mantissa, as a GPU's tensor cores round both factors of every product."""
    return ((x.detach().contiguous().view(torch.int32) + 0x1000) & ~0x1FFF).view(torch.float32)


def in_tf32(network: nn.Module) -> nn.Module:
    rounded = copy.deepcopy(network)
    for module in rounded.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.weight.data = tf32(module.weight)
            module.register_forward_pre_hook(lambda _, inputs: (tf32(inputs[0]),))
    return rounded


@torch.no_grad()
def difference(network) -> float:
    """The largest that the golden case sees, measured as packages/staging measures it."""
    case = SeededCase(GOLDEN["seed"], GOLDEN["slices"], GOLDEN["height"], GOLDEN["width"])
    encoded, feeds = {}, []
    for sequence, (slices, positions) in case.study().items():
        values = network.encoders[sequence](torch.from_numpy(slices))
        encoded[sequence] = {name: value.numpy() for name, value in zip(ENCODER_OUTPUTS, values, strict=True)}
        feeds += [values[0][None], torch.from_numpy(positions)[None], torch.ones(1, len(positions))]
    probabilities, *attention, distance = (output[0].numpy() for output in network.stager(*feeds))
    slice_attention = dict(zip(SEQUENCES, attention[:2], strict=True))
    got = outputs(Answer(probabilities, slice_attention, attention[2], distance, encoded), GOLDEN["seed"])
    expected = GOLDEN["expected"]
    in_parts = [name for name in expected if name not in ("encoded", "distance")]
    differences = [np.abs(np.subtract(got[name], expected[name])).max() for name in in_parts]
    distance_off = np.abs(np.subtract(got["distance"], expected["distance"]))
    differences.append((distance_off / np.maximum(1, expected["distance"])).max())
    for sequence in SEQUENCES:
        for name, wanted in expected["encoded"][sequence].items():
            off = [abs(got["encoded"][sequence][name][figure] - wanted[figure]) for figure in ("norm", "projection")]
            differences.append(max(off) / wanted["norm"])
    return float(max(differences))


def test_the_same_weights_pass_in_pytorch(network):
    assert difference(network) < 1e-5


def test_tf32_passes_with_room_to_spare(network):
    assert 1e-5 < difference(in_tf32(network)) < GOLDEN["tolerance"] / 2


@pytest.mark.parametrize("part", ("evidence", "spatial_attention.score", "token"))
def test_a_layer_that_is_a_twentieth_off_does_not_pass(network, part):
    for sequence in SEQUENCES:
        other = copy.deepcopy(network)
        other.encoders[sequence].get_submodule(part).weight.data *= 1.05
        assert difference(other) > GOLDEN["tolerance"]
