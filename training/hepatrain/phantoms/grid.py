"""Where voxels lie: matrix, spacing, orientation, obliquity and coverage of a scan."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Grid:
    """Geometry of a sequence, after CirrMRI600+ but coarser in plane, to keep phantoms small."""

    matrices: tuple[tuple[int, int, int], ...]
    """Columns, rows and slices that sites have."""
    slice_spacing: tuple[float, ...]
    """Distance between slices of each, mm."""


GRIDS = {
    "T1W": Grid(((160, 124, 44), (176, 136, 38), (144, 112, 52)), (4.2, 5.0, 3.5)),
    "T2W": Grid(((176, 136, 26), (160, 124, 30), (184, 144, 23)), (7.2, 6.2, 8.2)),
}

FIELD_OF_VIEW = 372
"""Width of the slices, mm."""

ORIENTATIONS = ("LPS", "LAS", "RAS", "RPS")

TILTED_SHARE = 0.3
"""Share of acquisitions that are slightly oblique."""

CUT_SHARE = 0.1
"""Share of acquisitions that stop short of the dome or of the tip of the liver."""


def sample_grid(grid: Grid, rng: np.random.Generator) -> tuple[tuple[int, int, int], np.ndarray]:
    """Matrix and affine [4,4] (voxel indices to RAS, mm) of a random placement around the liver."""
    site = rng.integers(len(grid.matrices))
    dims = grid.matrices[site]
    in_plane = FIELD_OF_VIEW / dims[0] * rng.uniform(0.96, 1.06)
    spacing = np.array([in_plane, in_plane, grid.slice_spacing[site] * rng.uniform(0.96, 1.05)])
    codes = ORIENTATIONS[rng.integers(len(ORIENTATIONS))]
    directions = np.diag([1.0 if code in "RAS" else -1.0 for code in codes])
    if rng.random() < TILTED_SHARE:
        directions = rotation_about_x(np.deg2rad(rng.normal(0, 6))) @ directions
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    centre_mm = rng.normal(0, (7, 7, 4))
    if rng.random() < CUT_SHARE:
        centre_mm[2] += rng.choice((-1, 1)) * rng.uniform(15, 32)
    affine[:3, 3] = centre_mm - affine[:3, :3] @ ((np.array(dims) - 1) / 2)
    return dims, affine


def rotation_about_x(angle: float) -> np.ndarray:
    """Rotation matrix [3, 3]; the angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def world_points(affine: np.ndarray, dims: tuple[int, int, int]) -> np.ndarray:
    """Coordinates of every voxel centre: float32 [3, n], mm, in C order of the indices."""
    indices = np.indices(dims, dtype=np.float32).reshape(3, -1)
    return affine[:3, :3].astype(np.float32) @ indices + affine[:3, 3:].astype(np.float32)
