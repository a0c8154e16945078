"""Solids as depth fields: how deep in mm a point lies inside (negative: outside). Points are float32 [3, …], mm."""

import numpy as np
from scipy.ndimage import map_coordinates

Field = np.ndarray


def ellipsoid(points: Field, centre: tuple[float, ...], radii: tuple[float, ...]) -> Field:
    """Depth inside an ellipsoid; first-order accurate, exact at the surface."""
    shape = (3,) + (1,) * (points.ndim - 1)
    radii_column = np.asarray(radii, np.float32).reshape(shape)
    q = (points - np.asarray(centre, np.float32).reshape(shape)) / radii_column
    norm = np.sqrt((q * q).sum(0))
    gradient = np.sqrt(((q / radii_column) ** 2).sum(0))
    return norm * (1 - norm) / np.maximum(gradient, 1e-6)


def column(points: Field, centre: tuple[float, float], radii: tuple[float, float]) -> Field:
    """Depth inside an elliptic cylinder along z."""
    flat = points.copy()
    flat[2] = 0
    return ellipsoid(flat, (*centre, 0), (*radii, 1e6))


def tube(points: Field, path: np.ndarray, radii: np.ndarray) -> Field:
    """Depth inside a chain of capsules: path [n,3] mm, one radius for each of its n−1 segments."""
    flat = points.reshape(3, -1).T
    depth = np.full(len(flat), -np.inf, np.float32)
    for start, end, radius in zip(path[:-1], path[1:], radii, strict=True):
        along = (end - start).astype(np.float32)
        from_start = flat - start.astype(np.float32)
        t = np.clip(from_start @ along / max(float(along @ along), 1e-6), 0, 1)
        depth = np.maximum(depth, radius - np.linalg.norm(from_start - t[:, None] * along, axis=1))
    return depth.reshape(points.shape[1:])


def union(a: Field, b: Field, blend: float) -> Field:
    """The two solids as one, their seam rounded over `blend` mm."""
    overlap = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.maximum(a, b) + overlap * overlap * blend / 4


def smooth_noise(points: Field, seed: int, wavelength: float) -> Field:
    """Random field of zero mean and unit variance that varies over `wavelength` mm; a function of seed and place."""
    knots = 48
    lattice = np.random.default_rng(seed).standard_normal((knots,) * 3, dtype=np.float32)
    # Linear interpolation averages neighbouring knots, which costs a third of the variance per axis.
    coordinates = points.reshape(3, -1) * np.float32(2 / wavelength) + np.float32(knots / 2)
    values = map_coordinates(lattice, coordinates, order=1, mode="grid-wrap", prefilter=False)
    return (values * np.float32(1.5**1.5)).reshape(points.shape[1:])
