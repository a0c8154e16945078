"""ResNet-18, -34 and -50 (He et al., 2016) of MONAI, in two dimensions."""

from torch import Tensor, nn

from hepatrain.network.backbones.backbone import Backbone, Maps


class ResNet(Backbone):
    """Layers and names are torchvision's, whose published weights fit."""

    def __init__(self, name: str) -> None:
        """name: resnet18, resnet34 or resnet50."""
        super().__init__()
        from monai.networks.nets import resnet  # seconds to import: only who wants it waits

        # Shortcut B: MONAI's own A for 18 and 34 keeps gradients out of the shortcut, and has no published weights.
        self.net = getattr(resnet, name)(
            spatial_dims=2,
            n_input_channels=3,
            conv1_t_stride=2,
            shortcut_type="B",
            bias_downsample=False,
            feed_forward=False,
        )
        expansion = 4 if name == "resnet50" else 1
        self.channels = (128 * expansion, 256 * expansion, 512 * expansion)

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps."""
        x = self.net.maxpool(self.net.act(self.net.bn1(self.net.conv1(slices))))  # [N, 64, H/4, W/4]
        x8 = self.net.layer2(self.net.layer1(x))
        x16 = self.net.layer3(x8)
        return Maps(x8, x16, self.net.layer4(x16))

    def published(self) -> nn.Module:
        """MONAI's network."""
        return self.net

    def name_here(self, name: str) -> str | None:
        """All but the classifier."""
        return None if name.startswith("fc.") else name
