"""Backbones by the names that a configuration gives them."""

from hepatrain.config import NetworkConfig
from hepatrain.network.backbones.backbone import Backbone, Maps
from hepatrain.network.backbones.densenet import DenseNet
from hepatrain.network.backbones.efficientnet import EfficientNet
from hepatrain.network.backbones.light import Light
from hepatrain.network.backbones.resnet import ResNet
from hepatrain.network.backbones.zoo import ZOO, ZooBackbone


def make_backbone(config: NetworkConfig) -> Backbone:
    """The backbone that a configuration names, with random weights."""
    name = config.encoder
    if name == "light":
        return Light(config.widths)
    if name.startswith("resnet"):
        return ResNet(name)
    if name == "efficientnet-b0":
        return EfficientNet(name)
    if name == "densenet121":
        return DenseNet()
    if name in ZOO:
        return ZooBackbone(name)
    raise ValueError(f"encoder {name} has no backbone.")


__all__ = ["Backbone", "Maps", "make_backbone"]
