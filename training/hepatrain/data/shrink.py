"""Prepared studies at smaller sides, held in memory: for ablations, where many networks read the same slices."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from hepatrain.data.studies import Study, Volume

STRIDE = 32
"""A backbone's largest: sides of slices are multiples of it."""


def shrunk(studies: Iterable[Study], scale: float) -> list[Study]:
    """The same studies with sides of about `scale` times the prepared ones; 12 slices of 96² take 0.7 MB a volume."""
    if scale == 1:
        return list(studies)
    return [replace(s, volumes={key: shrink(volume, scale) for key, volume in s.volumes.items()}) for s in studies]


def shrink(volume: Volume, scale: float) -> Volume:
    """Antialiased, as another scanner with larger pixels would have seen it."""
    slices = torch.from_numpy(volume.read())
    sides = sides_at(slices.shape[-2:], scale)
    small = F.interpolate(slices, sides, mode="bilinear", antialias=True, align_corners=False)
    return replace(volume, shrunk=small.numpy().astype(np.float16), scale=scale)


def sides_at(sides: Iterable[int], scale: float) -> list[int]:
    """Height and width times `scale`, rounded to what a backbone takes."""
    return [max(1, round(side * scale / STRIDE)) * STRIDE for side in sides]
