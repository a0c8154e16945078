"""From maps at several strides to one at stride 8."""

from torch import Tensor, nn
from torch.nn import functional as F

from hepatrain.network.backbones import Maps
from hepatrain.network.layers import ConvNorm, enlarge


class MultiScaleFusion(nn.Module):
    """Nodules show at stride 8, the liver's shape at 32: all are brought to F channels at stride 8 and added."""

    def __init__(self, channels: tuple[int, int, int], fused: int) -> None:
        """channels: of the maps; fused: F."""
        super().__init__()
        self.lateral8, self.lateral16, self.lateral32 = (ConvNorm(count, fused, kernel=1) for count in channels)
        self.fuse = ConvNorm(fused, fused)

    def forward(self, maps: Maps) -> Tensor:
        """→ [N, F, H/8, W/8], non-negative."""
        middle, coarse = enlarge(self.lateral16(maps.stride16), 2), enlarge(self.lateral32(maps.stride32), 4)
        return F.relu(self.fuse(F.relu(self.lateral8(maps.stride8) + middle + coarse)))


class LastStage(nn.Module):
    """No fusion, for comparison: the last stage alone, every place of it repeated 4 × 4."""

    def __init__(self, channels: tuple[int, int, int], fused: int) -> None:
        """As deep as the fusion, at stride 32."""
        super().__init__()
        self.lateral32 = ConvNorm(channels[2], fused, kernel=1)
        self.fuse = ConvNorm(fused, fused)

    def forward(self, maps: Maps) -> Tensor:
        """→ [N, F, H/8, W/8], non-negative."""
        return enlarge(F.relu(self.fuse(F.relu(self.lateral32(maps.stride32)))), 4)
