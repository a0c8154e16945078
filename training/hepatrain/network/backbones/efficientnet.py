"""EfficientNet-B0 (Tan and Le, 2019) of MONAI, in two dimensions."""

from torch import Tensor, nn

from hepatrain.network.backbones.backbone import Backbone, Maps

HEAD = ("_conv_head", "_conv_head_padding", "_bn1", "_avg_pooling", "_dropout", "_fc")
"""Layers after the last stage."""


class EfficientNet(Backbone):
    """Names of the weights are those of the EfficientNet-PyTorch release."""

    channels = (40, 112, 320)

    def __init__(self, name: str) -> None:
        """name: efficientnet-b0."""
        super().__init__()
        from monai.networks.nets.efficientnet import EfficientNetBN  # seconds to import

        self.net = EfficientNetBN(name, pretrained=False, spatial_dims=2, in_channels=3)
        # The memory-saving activation is a Python function with its own gradient, which no graph can hold.
        self.net.set_swish(memory_efficient=False)
        for layer in HEAD:
            delattr(self.net, layer)

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps. The static paddings, made for 224 × 224, are the same for any multiple of 32."""
        x = self.net._conv_stem(self.net._conv_stem_padding(slices))
        x = self.net._swish(self.net._bn0(x))  # [N, 32, H/2, W/2]
        stages = []
        for stage in self.net._blocks:  # seven, at strides 2, 4, 8, 16, 16, 32, 32
            x = stage(x)
            stages.append(x)
        return Maps(stages[2], stages[4], stages[6])

    def published(self) -> nn.Module:
        """MONAI's network."""
        return self.net

    def name_here(self, name: str) -> str | None:
        """MONAI nests the published list of blocks by stages; the head goes."""
        if name.startswith(tuple(f"{layer}." for layer in HEAD)):
            return None
        if not name.startswith("_blocks."):
            return name
        _, block, rest = name.split(".", 2)
        stage = next(stage for stage, blocks in self.net._blocks.named_children() if block in blocks._modules)
        return f"_blocks.{stage}.{block}.{rest}"
