"""DenseNet-121 (Huang et al., 2017) of MONAI, in two dimensions."""

import re

from torch import Tensor, nn

from hepatrain.network.backbones.backbone import Backbone, Maps


class DenseNet(Backbone):
    """Weights are torchvision's, one level deeper inside a dense layer."""

    channels = (512, 1024, 1024)

    def __init__(self) -> None:
        """Random weights."""
        super().__init__()
        from monai.networks.nets.densenet import DenseNet121  # seconds to import

        self.features = DenseNet121(spatial_dims=2, in_channels=3, out_channels=1).features

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps: what each dense block has gathered before the next transition halves it."""
        f = self.features
        x4 = f.denseblock1(f.pool0(f.relu0(f.norm0(f.conv0(slices)))))  # [N, 256, H/4, W/4]
        x8 = f.denseblock2(f.transition1(x4))
        x16 = f.denseblock3(f.transition2(x8))
        return Maps(x8, x16, f.norm5(f.denseblock4(f.transition3(x16))).relu())

    def published(self) -> nn.Module:
        """MONAI's features, which torchvision's names begin with."""
        return self.features

    def name_here(self, name: str) -> str | None:
        """`features.….denselayer1.norm1.weight`, in older files `norm.1`, → `….denselayer1.layers.norm1.weight`."""
        if name.startswith("classifier."):
            return None
        name = re.sub(r"\.(norm|conv)\.(\d)\.", r".\1\2.", name.removeprefix("features."))
        return re.sub(r"(denselayer\d+)\.", r"\1.layers.", name)
