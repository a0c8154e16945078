"""Augmentations of one volume's slices: another position, another scanner. No flips: the liver is on the right."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hepatrain.config import TrainingConfig
from hepatrain.data.shrink import sides_at


def augment(slices: Tensor, config: TrainingConfig, rng: np.random.Generator, scale: float = 1.0) -> Tensor:
    """[S, 3, H, W] → the same shape times `scale`: all slices moved alike, intensities as of another scan.

    Scanners act on magnitudes, which start at 0; slices are z-scored. So the darkest value becomes 0 for the while, and
    mean and deviation are given back after: preprocessing would have removed a change of either.
    """
    if not config.augment:
        return resize(slices, scale)
    moved = move(slices, config, rng, scale)
    mean, deviation = moved.mean(), moved.std().clamp(min=1e-6)
    magnitude = moved - moved.min()
    magnitude = contrast(magnitude, config, rng) * coil_field(magnitude, config, rng)
    if rng.random() < 0.5:
        magnitude = ghosts(magnitude, config, rng)
    magnitude = rician_noise(magnitude, config, rng)
    return (magnitude - magnitude.mean()) / magnitude.std().clamp(min=1e-6) * deviation + mean


def resize(slices: Tensor, scale: float) -> Tensor:
    """[S, 3, H, W] → the same shape times `scale`."""
    sides = sides_at(slices.shape[-2:], scale)
    return slices if sides == list(slices.shape[-2:]) else F.interpolate(slices, sides, mode="bilinear", antialias=True)


def move(slices: Tensor, config: TrainingConfig, rng: np.random.Generator, scale: float) -> Tensor:
    """One random rotation, magnification and shift in the plane, sampled on a grid of `scale` times the size."""
    angle = np.deg2rad(rng.normal(0, config.rotation_deg))
    magnification = np.exp(rng.normal(0, config.magnification))
    c, s = np.cos(angle) * magnification, np.sin(angle) * magnification
    shift = 2 * rng.normal(0, config.shift, 2)  # grid coordinates run over 2 units
    theta = torch.tensor([[[c, -s, shift[0]], [s, c, shift[1]]]], dtype=slices.dtype)
    stack = slices.flatten(0, 1).unsqueeze(0)  # [1, 3S, H, W]: one grid serves all slices
    sides = sides_at(slices.shape[-2:], scale)
    grid = F.affine_grid(theta, [1, 1, *sides], align_corners=False)
    moved = F.grid_sample(stack, grid, padding_mode="border", align_corners=False)
    return moved.reshape(*slices.shape[:2], *sides)


def contrast(magnitude: Tensor, config: TrainingConfig, rng: np.random.Generator) -> Tensor:
    """Another curve from dark to bright: a power whose logarithm is normal."""
    largest = magnitude.max().clamp(min=1e-6)
    return (magnitude / largest).pow(float(np.exp(rng.normal(0, config.gamma)))) * largest


def coil_field(magnitude: Tensor, config: TrainingConfig, rng: np.random.Generator) -> Tensor:
    """[H, W] factors of a smooth bias field, whose logarithm is normal at 3 × 3 knots."""
    knots = normal((1, 1, 3, 3), rng)
    field = F.interpolate(knots, size=magnitude.shape[-2:], mode="bicubic", align_corners=True)
    return (config.bias * field[0, 0]).exp()


def ghosts(magnitude: Tensor, config: TrainingConfig, rng: np.random.Generator) -> Tensor:
    """Breathing: faint copies along the phase direction, here front to back, at a whole share of the field of view."""
    strength = abs(rng.normal(0, config.ghosting))
    distance = magnitude.shape[-2] // int(rng.integers(2, 5))
    copies = magnitude.roll(distance, -2) + magnitude.roll(-distance, -2)
    return magnitude + strength * copies


def rician_noise(magnitude: Tensor, config: TrainingConfig, rng: np.random.Generator) -> Tensor:
    """The magnitude of a signal with normal noise in both channels (Gudbjartsson and Patz, 1995)."""
    sigma = abs(rng.normal(0, config.noise))
    real, imaginary = normal((2, *magnitude.shape), rng) * sigma
    return torch.hypot(magnitude + real, imaginary)


def normal(shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Standard normal numbers, by PyTorch: numpy takes two and a half times as long."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    return torch.randn(shape, generator=generator)
