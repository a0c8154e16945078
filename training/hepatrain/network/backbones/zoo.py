"""Backbones of timm, an optional extra: `pip install -r requirements-zoo.txt`."""

from torch import Tensor, nn

from hepatrain.network.backbones.backbone import Backbone, Maps

ZOO = ("vgg19", "convnext_tiny", "pvt_v2_b1")
"""VGG-19 (Simonyan and Zisserman, 2015), ConvNeXt-T (Liu et al., 2022), PVTv2-B1 (Wang et al., 2022): timm's names."""


class ZooBackbone(Backbone):
    """timm's feature pyramid, of which three levels are taken by their stride."""

    def __init__(self, name: str) -> None:
        """name: one of `ZOO`. ValueError if timm is missing."""
        super().__init__()
        try:
            import timm
        except ImportError as error:
            raise ValueError(
                f"encoder {name} needs timm, which is not installed: run `pip install -r requirements-zoo.txt`."
            ) from error
        self.net = timm.create_model(name, pretrained=False, features_only=True)
        # By stride, not by level: VGG's list begins at stride 1, the others' at 4.
        strides = self.net.feature_info.reduction()
        self.levels = [strides.index(stride) for stride in (8, 16, 32)]
        every = self.net.feature_info.channels()
        self.channels = (every[self.levels[0]], every[self.levels[1]], every[self.levels[2]])

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps."""
        pyramid = self.net(slices)
        return Maps(*(pyramid[level] for level in self.levels))

    def published(self) -> nn.Module:
        """timm's network: its weights are stored with `features_only=True`, under the names of that form."""
        return self.net
