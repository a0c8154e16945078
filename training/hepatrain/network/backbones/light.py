"""A small residual network for one CPU core."""

from torch import Tensor
from torch.nn import functional as F

from hepatrain.network.backbones.backbone import Backbone, Maps
from hepatrain.network.layers import ConvNorm, Residual


class Light(Backbone):
    """One residual block at each of the strides 4, 8, 16, 32 (He et al., 2016)."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        """widths: channels at strides 2, 4, 8, 16, 32."""
        super().__init__()
        w2, w4, w8, w16, w32 = widths
        self.channels = (w8, w16, w32)
        self.stem = ConvNorm(3, w2, stride=2)
        self.down4, self.block4 = ConvNorm(w2, w4, stride=2), Residual(w4)
        self.down8, self.block8 = ConvNorm(w4, w8, stride=2), Residual(w8)
        self.down16, self.block16 = ConvNorm(w8, w16, stride=2), Residual(w16)
        self.down32, self.block32 = ConvNorm(w16, w32, stride=2), Residual(w32)

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps."""
        x4 = self.block4(F.relu(self.down4(F.relu(self.stem(slices)))))  # [N, w4, H/4, W/4]
        x8 = self.block8(F.relu(self.down8(x4)))
        x16 = self.block16(F.relu(self.down16(x8)))
        return Maps(x8, x16, self.block32(F.relu(self.down32(x16))))
