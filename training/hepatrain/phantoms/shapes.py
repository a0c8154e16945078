"""Solids as depth fields: how deep in mm a point lies inside (negative: outside). Points are float32 [3, n], mm."""

import numpy as np
from scipy.ndimage import map_coordinates

Field = np.ndarray


def ellipsoid(points: Field, centre: tuple[float, ...], radii: tuple[float, ...]) -> Field:
    """Depth inside an ellipsoid [n]; first-order accurate, exact at the surface. Of two axes: a cylinder along z."""
    norm_squared = gradient_squared = np.float32(0)
    for axis, (middle, radius) in enumerate(zip(centre, radii, strict=True)):
        q = (points[axis] - np.float32(middle)) / np.float32(radius)
        square = q * q
        norm_squared = norm_squared + square
        gradient_squared = gradient_squared + square / np.float32(radius * radius)
    norm = np.sqrt(norm_squared)
    return norm * (1 - norm) / np.maximum(np.sqrt(gradient_squared), np.float32(1e-6))


def box(points: Field, centre: tuple[float, ...], reach: tuple[float, ...]) -> np.ndarray:
    """Indices of the points within `reach` mm of the centre along every axis: where a small solid needs computing."""
    near = np.flatnonzero(np.abs(points[2] - centre[2]) < reach[2])
    for axis in (0, 1):
        near = near[np.abs(points[axis][near] - centre[axis]) < reach[axis]]
    return near


def tube(points: Field, path: np.ndarray, radii: np.ndarray) -> Field:
    """Depth inside a chain of capsules [n]: path [m,3] mm, one radius for each of its m−1 segments."""
    depth = np.full(points.shape[1], -1e3, np.float32)
    for start, end, radius in zip(path[:-1], path[1:], radii, strict=True):
        reach = np.abs(end - start) / 2 + radius + 6
        near = box(points, (start + end) / 2, reach)
        along = (end - start).astype(np.float32)
        from_start = points[:, near] - start.astype(np.float32)[:, None]
        t = np.clip(along @ from_start / max(float(along @ along), 1e-6), 0, 1)
        distance = np.sqrt(((from_start - along[:, None] * t) ** 2).sum(0))
        depth[near] = np.maximum(depth[near], np.float32(radius) - distance)
    return depth


def union(a: Field, b: Field, blend: float) -> Field:
    """The two solids as one, their seam rounded over `blend` mm."""
    overlap = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.maximum(a, b) + overlap * overlap * blend / 4


def smooth_noise(points: Field, seed: int, wavelength: float) -> Field:
    """Random field [n], a function of seed and place: zero mean, unit variance, varying over `wavelength` mm."""
    knots = 48
    lattice = np.random.default_rng(seed).standard_normal((knots,) * 3, dtype=np.float32)
    # Linear interpolation averages neighbouring knots, which costs a third of the variance per axis.
    coordinates = points * np.float32(2 / wavelength) + np.float32(knots / 2)
    values = map_coordinates(lattice, coordinates, order=1, mode="grid-wrap", prefilter=False)
    return values * np.float32(1.5**1.5)
