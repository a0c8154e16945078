"""Light augmentations of one volume's slices. No flips: the liver is on the right."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hepatrain.config import TrainingConfig

STRIDE = 32
"""The encoder's largest: sides of slices are multiples of it."""


def augment(slices: Tensor, config: TrainingConfig, rng: np.random.Generator, scale: float = 1.0) -> Tensor:
    """[S, 3, H, W] → the same shape times `scale`: all slices moved alike, intensities as another scanner's."""
    moved = move(slices, config, rng, scale)
    gamma = np.exp(rng.normal(0, config.gamma))
    bent = moved.sign() * moved.abs().pow(gamma)
    field = F.interpolate(noise_like((1, 1, 3, 3), rng), size=moved.shape[-2:], mode="bicubic", align_corners=True)
    biased = bent * (config.bias * field).exp() + config.bias * rng.normal()
    return biased + abs(rng.normal(0, config.noise)) * noise_like(tuple(biased.shape), rng)


def move(slices: Tensor, config: TrainingConfig, rng: np.random.Generator, scale: float) -> Tensor:
    """One random rotation, magnification and shift in the plane, sampled on a grid of `scale` times the size."""
    angle = np.deg2rad(rng.normal(0, config.rotation_deg))
    magnification = np.exp(rng.normal(0, config.magnification))
    c, s = np.cos(angle) * magnification, np.sin(angle) * magnification
    shift = 2 * rng.normal(0, config.shift, 2)  # grid coordinates run over 2 units
    theta = torch.tensor([[[c, -s, shift[0]], [s, c, shift[1]]]], dtype=slices.dtype)
    stack = slices.flatten(0, 1).unsqueeze(0)  # [1, 3S, H, W]: one grid serves all slices
    size = [max(1, round(side * scale / STRIDE)) * STRIDE for side in slices.shape[-2:]]
    grid = F.affine_grid(theta, [1, 1, *size], align_corners=False)
    moved = F.grid_sample(stack, grid, padding_mode="border", align_corners=False)
    return moved.reshape(*slices.shape[:2], *size)


def noise_like(shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Standard normal numbers."""
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
