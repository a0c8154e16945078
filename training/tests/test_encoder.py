import copy

import pytest
import torch

from hepatrain.config import NetworkConfig
from hepatrain.network.backbones import make_backbone
from hepatrain.network.encoder import Encoder
from hepatrain.network.layers import fold_norms
from tests.conftest import SIDE

MONAI = ("resnet18", "resnet34", "resnet50", "efficientnet-b0", "densenet121")
SMALL = {"widths": (8, 8, 12, 16, 20), "fused": 16, "token": 16}
SWITCHES = [{}, {"fusion": False}, {"attention": False}, {"input": "2d"}]


def test_shapes_and_attention(network):
    encoded = network.encoders["T1W"](torch.randn(5, 3, SIDE, 2 * SIDE))
    assert encoded.tokens.shape == (5, network.config.token)
    assert encoded.attention.shape == (5, SIDE // 8, 2 * SIDE // 8)
    assert encoded.evidence.shape == (5, network.config.stages, SIDE // 8, 2 * SIDE // 8)
    torch.testing.assert_close(encoded.attention.sum((1, 2)), torch.ones(5))


@pytest.mark.parametrize("name", ("light", *MONAI))
def test_every_encoder_has_the_same_outputs_and_learns_everywhere(name):
    config = NetworkConfig(encoder=name, fused=16, token=16)
    encoder = Encoder(config).train()
    encoded = encoder(torch.randn(2, 3, SIDE, 2 * SIDE))
    assert encoded.tokens.shape == (2, 16)
    assert encoded.attention.shape == (2, SIDE // 8, 2 * SIDE // 8)
    assert encoded.evidence.shape == (2, 3, SIDE // 8, 2 * SIDE // 8)
    torch.testing.assert_close(encoded.attention.sum((1, 2)), torch.ones(2))
    (encoded.tokens.square().mean() + encoded.evidence.square().mean()).backward()
    without = [name for name, weight in encoder.named_parameters() if weight.grad is None]
    assert without == []  # no layer is left over from a classifier


@pytest.mark.parametrize("name", ("light", *MONAI))
def test_maps_have_the_strides_and_channels_that_they_say(name):
    backbone = make_backbone(NetworkConfig(encoder=name)).eval()
    with torch.no_grad():
        maps = backbone(torch.randn(1, 3, 64, 96))
    for stride, channels, found in zip((8, 16, 32), backbone.channels, maps, strict=True):
        assert found.shape == (1, channels, 64 // stride, 96 // stride)


@pytest.mark.parametrize("name", ("vgg19", "convnext_tiny", "pvt_v2_b1"))
def test_an_encoder_of_the_extra_says_how_to_get_it(name, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "timm", None)
    with pytest.raises(ValueError, match=rf"{name} needs timm.*pip install -r requirements-zoo\.txt"):
        make_backbone(NetworkConfig(encoder=name))


@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_slices_do_not_see_each_other(switch):
    encoder = Encoder(NetworkConfig(**SMALL, **switch)).eval()
    slices = torch.randn(4, 3, SIDE, SIDE)
    order = torch.tensor([2, 0, 3, 1])
    for whole, part in zip(encoder(slices), encoder(slices[order]), strict=True):
        torch.testing.assert_close(whole[order], part)


def test_a_2d_encoder_sees_the_middle_channel_only():
    slices = torch.randn(2, 3, SIDE, SIDE)
    others = slices.clone()
    others[:, (0, 2)] = 9
    for kind, same in (("2d", True), ("2.5d", False)):
        encoder = Encoder(NetworkConfig(input=kind, **SMALL)).eval()
        assert torch.equal(encoder(slices).tokens, encoder(others).tokens) is same


def test_without_attention_every_place_counts_alike():
    attention = Encoder(NetworkConfig(attention=False, **SMALL))(torch.randn(2, 3, SIDE, SIDE)).attention
    torch.testing.assert_close(attention, torch.full((2, SIDE // 8, SIDE // 8), 64 / SIDE**2))


def test_without_fusion_only_the_last_stage_is_heard():
    encoder = Encoder(NetworkConfig(fusion=False, **SMALL)).eval()
    maps = encoder.backbone(torch.randn(2, 3, 64, 64))
    fused = encoder.fusion(maps)
    assert torch.equal(fused, encoder.fusion(maps._replace(stride8=None, stride16=None)))
    assert (fused.unflatten(2, (2, 4)).unflatten(4, (2, 4)).std((3, 5)) == 0).all()  # every place 4 × 4 times


def test_folding_the_normalisations_changes_nothing(network):
    slices = torch.randn(2, 3, SIDE, SIDE)
    folded = fold_norms(copy.deepcopy(network.encoders["T1W"]))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    for before, after in zip(network.encoders["T1W"](slices), folded(slices), strict=True):
        torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-4)


def published_resnet(backbone) -> dict:
    return {**backbone.net.state_dict(), "fc.weight": torch.zeros(9, 512), "fc.bias": torch.zeros(9)}


def published_densenet(backbone) -> dict:
    names = {name: name.replace(".layers.norm", ".norm.") for name in backbone.features.state_dict()}
    stored = {
        f"features.{names[name].replace('.layers.', '.')}": w for name, w in backbone.features.state_dict().items()
    }
    return {**stored, "classifier.weight": torch.zeros(9, 1024)}


def published_efficientnet(backbone) -> dict:
    stored = {}
    for name, weight in backbone.net.state_dict().items():
        parts = name.split(".")
        stored[".".join([parts[0], *parts[2:]]) if parts[0] == "_blocks" else name] = weight
    return {**stored, "_fc.weight": torch.zeros(9, 1280), "_conv_head.weight": torch.zeros(1280, 320, 1, 1)}


@pytest.mark.parametrize(
    ("name", "published"),
    [("resnet18", published_resnet), ("densenet121", published_densenet), ("efficientnet-b0", published_efficientnet)],
)
def test_published_weights_are_loaded_all_or_not_at_all(tmp_path, name, published):
    source, backbone = (make_backbone(NetworkConfig(encoder=name)) for _ in range(2))
    stored = published(source)
    torch.save(stored, tmp_path / "weights.pth")
    backbone.load_pretrained(tmp_path / "weights.pth")
    for one, other in zip(source.state_dict().values(), backbone.state_dict().values(), strict=True):
        assert torch.equal(one, other)

    stored.pop(next(iter(stored)))
    torch.save(stored, tmp_path / "weights.pth")
    with pytest.raises(ValueError, match=r"weights\.pth is no state dict of this"):
        backbone.load_pretrained(tmp_path / "weights.pth")
    with pytest.raises(FileNotFoundError, match=r"pretrained: there is no .*none\.pth"):
        backbone.load_pretrained(tmp_path / "none.pth")
