"""How a scanner sees a patient: grid, orientation, contrast and artefacts of one MR sequence."""

from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.anatomy import Anatomy
from hepatrain.phantoms.scene import layers
from hepatrain.phantoms.shapes import smooth_noise

SIGNAL = {
    # Portal-venous phase after contrast: vessels and kidneys are bright, water is dark.
    "T1W": {
        "fat": 0.95, "muscle": 0.38, "bowel": 0.35, "lung": 0.04, "fluid": 0.14, "kidney": 0.8,
        "spleen": 0.6, "liver": 0.62, "vessel": 0.85, "bone": 0.42,
    },
    # Turbo spin echo: water is bright, flowing blood is void.
    "T2W": {
        "fat": 0.75, "muscle": 0.18, "bowel": 0.4, "lung": 0.03, "fluid": 1.0, "kidney": 0.62,
        "spleen": 0.5, "liver": 0.3, "vessel": 0.1, "bone": 0.36,
    },
}  # fmt: skip
"""Tissue signal by sequence; fat without saturation = 0.95 in T1W, water = 1 in T2W."""

SEPTA_CONTRAST = {"T1W": -0.7, "T2W": 0.9}
"""Relative signal of a septum against the parenchyma: fibrosis is dark in T1W and bright in T2W."""

FAT_SATURATION = 0.3
"""Signal of fat that is left under fat saturation."""

FAT_SATURATED_SHARE = {"T1W": 0.6, "T2W": 0.4}
"""Share of acquisitions with fat saturation."""

TILTED_SHARE = 0.3
"""Share of acquisitions that are slightly oblique."""


@dataclass(frozen=True)
class Grid:
    """Typical geometry of a sequence, after CirrMRI600+ but coarser in plane, to keep phantoms small."""

    dims: tuple[int, int, int]
    field_of_view: float
    """Width of the slices, mm."""
    slice_spacing: tuple[float, float]
    """Range of the distance between slices, mm."""


GRIDS = {
    "T1W": Grid(dims=(120, 92, 46), field_of_view=366, slice_spacing=(3.5, 4.1)),
    "T2W": Grid(dims=(144, 112, 26), field_of_view=372, slice_spacing=(6.6, 7.6)),
}

ORIENTATIONS = ("LPS", "LAS", "RAS", "RPS")


@dataclass(frozen=True)
class Scan:
    """What the scanner stored."""

    image: np.ndarray
    """int16 [i, j, k]."""
    liver_mask: np.ndarray
    """uint8 [i, j, k]; 1: liver."""
    affine: np.ndarray
    """Voxel indices to RAS, mm, [4, 4]."""
    has_sform: bool
    """Whether the affine is stored as an sform, or as a qform only."""


def sample_affine(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """A random placement of the grid around the liver: orientation, spacing, obliquity."""
    in_plane = grid.field_of_view / grid.dims[0] * rng.uniform(0.96, 1.06)
    spacing = np.array([in_plane, in_plane, rng.uniform(*grid.slice_spacing)])
    codes = rng.choice(ORIENTATIONS)
    directions = np.diag([1.0 if code in "RAS" else -1.0 for code in codes])
    if rng.random() < TILTED_SHARE:
        directions = rotation_about_x(np.deg2rad(rng.normal(0, 6))) @ directions
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    centre_mm = rng.normal(0, (8, 8, 5))
    affine[:3, 3] = centre_mm - affine[:3, :3] @ ((np.array(grid.dims) - 1) / 2)
    return affine


def rotation_about_x(angle: float) -> np.ndarray:
    """Rotation matrix [3, 3]; the angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def world_points(affine: np.ndarray, dims: tuple[int, int, int]) -> np.ndarray:
    """Coordinates of every voxel centre: float32 [3, i, j, k], mm."""
    indices = np.indices(dims, dtype=np.float32).reshape(3, -1)
    return (affine[:3, :3].astype(np.float32) @ indices + affine[:3, 3:].astype(np.float32)).reshape(3, *dims)


def acquire(anatomy: Anatomy, sequence: str, rng: np.random.Generator) -> Scan:
    """Scan a patient once."""
    grid = GRIDS[sequence]
    affine = sample_affine(grid, rng)
    points = world_points(affine, grid.dims)
    signal = {tissue: value * np.exp(rng.normal(0, 0.06)) for tissue, value in SIGNAL[sequence].items()}
    signal["liver"] *= anatomy.liver_signal[sequence]
    if rng.random() < FAT_SATURATED_SHARE[sequence]:
        signal["fat"] *= FAT_SATURATION

    # Edges are one voxel wide: the partial volume of a voxel that two tissues share.
    edge = float(np.linalg.norm(affine[:3, 0]))
    image = np.zeros(grid.dims, np.float32)
    liver_mask = np.zeros(grid.dims, bool)
    for layer in layers(anatomy, points):
        cover = np.clip(0.5 + layer.depth / edge, 0, 1)
        image += cover * (signal[layer.tissue] * (1 + SEPTA_CONTRAST[sequence] * layer.septa) - image)
        if layer.tissue == "liver":
            liver_mask = layer.depth > 0

    bias = np.exp(rng.uniform(0.05, 0.22) * smooth_noise(points, int(rng.integers(2**32)), 320))
    gain = rng.uniform(160, 280)
    noise = gain * rng.uniform(0.012, 0.03)
    real = gain * bias * image + rng.normal(0, noise, grid.dims)
    # Magnitude of a complex signal: Rician noise.
    magnitude = np.hypot(real, rng.normal(0, noise, grid.dims))
    return Scan(
        image=np.rint(magnitude).astype(np.int16),
        liver_mask=liver_mask.astype(np.uint8),
        affine=affine,
        has_sform=bool(rng.random() < 0.5),
    )
