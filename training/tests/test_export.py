"""Networks other than the shipped one leave PyTorch unchanged, too."""

import copy
import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from hepatrain.config import NetworkConfig
from hepatrain.network.encoder import Encoder
from hepatrain.network.layers import fold_norms
from hepatrain.network.model import StagingNetwork
from hepatrain.package.export import export_graph, export_network, load_weights
from hepatrain.package.files import ENCODER_INPUT, ENCODER_OUTPUTS, STAGER
from hepatrain.package.parity import assert_parity, network_of
from tests.conftest import SIDE

BARE = NetworkConfig(
    widths=(8, 8, 8, 8, 8),
    fused=8,
    token=8,
    fusion=False,
    attention=False,
    cross_attention=False,
    pooling="max",
    input="2d",
    ordinal=False,
)


def session(path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_an_encoder_of_monai_gives_the_same_numbers_and_keeps_its_weights(tmp_path):
    config = NetworkConfig(encoder="resnet18", fused=8, token=8)
    encoder = Encoder(config)
    for module in encoder.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # as after training
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    encoder.eval()
    path = tmp_path / "encoder.onnx"
    example, shapes = (torch.zeros(2, 3, SIDE, SIDE),), ({0: torch.export.Dim("N")},)
    export_graph(fold_norms(copy.deepcopy(encoder)), example, shapes, (ENCODER_INPUT,), ENCODER_OUTPUTS, path)

    slices = torch.randn(5, 3, SIDE, SIDE)
    again = load_weights(fold_norms(Encoder(config)), path)
    with torch.no_grad():
        for network in (encoder, again):
            outputs = session(path).run(ENCODER_OUTPUTS, {ENCODER_INPUT: slices.numpy()})
            for wanted, got in zip(network(slices), outputs, strict=True):
                np.testing.assert_allclose(got, wanted.numpy(), atol=1e-4, rtol=1e-4)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    torch.manual_seed(0)
    network = StagingNetwork(BARE).eval()
    for reference in network.stager.distribution:
        reference.fit(torch.randn(40, 2 * BARE.token))
    folder = tmp_path_factory.mktemp("package")
    export_network(network, SIDE, SIDE, folder)
    return network, folder


def test_a_network_without_its_modules_is_exported_and_made_again(bare):
    network, folder = bare
    assert_parity(network, folder, SIDE, SIDE)
    again = network_of(folder)
    assert again.config == BARE
    assert_parity(again, folder, SIDE, SIDE)
    assert json.loads((folder / "network.json").read_text())["pooling"] == "max"


def test_the_stagers_graph_says_the_distance_and_zero_for_what_is_absent(bare):
    network, folder = bare
    tokens, positions, valid = torch.randn(2, 3, BARE.token), torch.rand(2, 3), torch.ones(2, 3)
    none = (torch.zeros(2, 1, BARE.token), torch.zeros(2, 1), torch.zeros(2, 1))
    stager = session(folder / STAGER)
    names = [value.name for value in stager.get_inputs()]
    feeds = dict(zip(names, [part.numpy() for part in (tokens, positions, valid, *none)], strict=True))
    (distance,) = stager.run(["distance"], feeds)
    assert distance.shape == (2, 2)
    assert (distance[:, 0] > 0.2).all()
    assert (distance[:, 1] == 0).all()
    np.testing.assert_allclose(distance, network.stager(tokens, positions, valid, *none)[-1].numpy(), rtol=1e-4)


def test_a_float16_package_is_half_as_large_and_within_its_tolerance(bare, tmp_path):
    network, folder = bare
    export_network(network, SIDE, SIDE, tmp_path, "float16")
    assert_parity(network, tmp_path, SIDE, SIDE, "float16")
    graph = onnx.load(tmp_path / "encoder.t1w.onnx").graph
    kinds = {weight.data_type for weight in graph.initializer if len(weight.dims) > 1}
    assert kinds == {onnx.TensorProto.FLOAT16}
    assert (tmp_path / STAGER).read_bytes() == (folder / STAGER).read_bytes()
    # PyTorch computes with what is shipped, rounded as it is.
    assert_parity(network_of(tmp_path), tmp_path, SIDE, SIDE, "float16")
