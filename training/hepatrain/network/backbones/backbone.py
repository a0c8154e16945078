"""What every backbone is: three maps of a slice, at strides 8, 16 and 32."""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Maps(NamedTuple):
    """Feature maps of N slices of H × W."""

    stride8: Tensor
    """[N, C8, H/8, W/8]."""
    stride16: Tensor
    """[N, C16, H/16, W/16]."""
    stride32: Tensor
    """[N, C32, H/32, W/32]."""


class Backbone(nn.Module):
    """Takes float32 [N, 3, H, W], H and W multiples of 32. Subclasses keep no layer that the maps do not need."""

    channels: tuple[int, int, int]
    """(C8, C16, C32)."""

    def forward(self, slices: Tensor) -> Maps:
        """[N, 3, H, W] → the maps."""
        raise NotImplementedError

    def published(self) -> nn.Module:
        """The part whose weights are published."""
        return self

    def name_here(self, name: str) -> str | None:
        """What a published weight is called in `published`; `None` for one of the classifier it was trained with."""
        return name

    def load_pretrained(self, path: Path) -> None:
        """Start from a published state dict. Every weight must be there, of its shape, and no unknown one."""
        if not path.is_file():
            raise FileNotFoundError(f"pretrained: there is no {path}; expected the file of a published state dict.")
        stored = torch.load(path, map_location="cpu", weights_only=True)
        named = {self.name_here(name): value for name, value in stored.items()}
        named.pop(None, None)
        try:
            self.published().load_state_dict(named, strict=True)
        except RuntimeError as error:
            raise ValueError(f"{path.name} is no state dict of this {type(self).__name__}: {error}") from error
