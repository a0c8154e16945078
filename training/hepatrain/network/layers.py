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


def enlarge(x: Tensor, factor: int) -> Tensor:
    """Repeat every place `factor` times along both axes."""
    return F.interpolate(x, scale_factor=factor, mode="nearest")


def fold_norms(module: nn.Module) -> nn.Module:
    """Prepare a module for export, in place, values unchanged: our own BatchNorms are folded.

    Those of published backbones stay, ONNX Runtime folds them on loading; but their count of batches goes, which only
    training reads and no graph has.
    """
    module.eval()
    for part in list(module.modules()):
        if isinstance(part, ConvNorm):
            part.fold()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.num_batches_tracked = None
    return module
