"""Convolutional building blocks."""

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval


class ConvNorm(nn.Module):
    """A convolution with its BatchNorm; `fold` merges the two for inference."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> None:
        """Same padding: the map shrinks by the stride only."""
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] → [N, C', h/stride, w/stride]."""
        return self.norm(self.conv(x))

    def fold(self) -> None:
        """Merge the normalisation into the convolution. In eval mode only; the values stay the same."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv, self.norm)
            self.norm = nn.Identity()


class Residual(nn.Module):
    """Two convolutions around which the input passes unchanged."""

    def __init__(self, channels: int) -> None:
        """The last normalisation starts at 0: the block begins as the identity, which steadies a short training."""
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = ConvNorm(channels, channels)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] → the same shape."""
        return F.relu(x + self.second(F.relu(self.first(x))))


def fold_norms(module: nn.Module) -> nn.Module:
    """Fold every BatchNorm of a module, in place: what is exported has none."""
    module.eval()
    for part in module.modules():
        if isinstance(part, ConvNorm):
            part.fold()
    return module
