"""An anatomy as solids in space.

World axes are RAS in mm; the origin is mid-liver in the trunk's axis: the liver lies at +x, the spine at −y.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import EllipsisType

import numpy as np

from hepatrain.phantoms.anatomy import Anatomy
from hepatrain.phantoms.liver import GALLBLADDER, liver_depth, portal_tree
from hepatrain.phantoms.shapes import Field, box, ellipsoid, smooth_noise, tube

WALL = 14
"""Thickness of the muscular wall between fat and peritoneal cavity, mm."""


@dataclass(frozen=True)
class Layer:
    """A tissue to paint over the layers before it."""

    tissue: str
    depth: Field
    """mm inside its solid, [m]."""
    at: np.ndarray | EllipsisType = ...
    """Which points the depth is for."""


def solid(tissue: str, points: Field, centre: tuple[float, ...], radii: tuple[float, ...]) -> Layer:
    """A layer of one ellipsoid, computed near it only."""
    near = box(points, centre, np.array(radii) + 4)
    return Layer(tissue, ellipsoid(points[:, near], centre, radii), near)


def collateral_veins(anatomy: Anatomy, points: Field) -> Field:
    """Short tortuous veins between spleen and stomach."""
    rng = np.random.default_rng(anatomy.texture_seed + 3)
    depth = np.full(points.shape[1], -1e3, np.float32)
    for _ in range(anatomy.collaterals):
        path = np.array([-50.0, -12.0, 10.0]) + np.cumsum(rng.normal(0, 12, (5, 3)), axis=0)
        depth = np.maximum(depth, tube(points, path, np.full(4, 3.5)))
    return depth


def layers(anatomy: Anatomy, points: Field) -> Iterator[Layer]:
    """The abdomen, in painting order. The layer `liver` is the ground truth of the liver mask."""
    x, y, z = points
    body = ellipsoid(points, (0, 0), anatomy.body_radii)
    wall = body - anatomy.fat
    cavity = wall - WALL
    liver = liver_depth(anatomy, points, cavity)
    spine_y = -anatomy.body_radii[1] + anatomy.fat + 42
    spleen = anatomy.spleen_size

    yield Layer("fat", body)
    yield Layer("muscle", wall)
    yield Layer("fat", cavity)
    loops = 12 * smooth_noise(points, anatomy.texture_seed + 4, 60)
    bowel = np.minimum(cavity - 4, loops - np.maximum(z, 0) / 3)
    yield Layer("bowel", bowel)
    if anatomy.bowel_folds > 0:
        folds = anatomy.bowel_folds - 2.5 * np.abs(smooth_noise(points, anatomy.texture_seed + 8, 15))
        yield Layer("fluid", np.minimum(bowel - 3, folds))
    yield Layer("air", np.minimum(cavity - 8, loops - 16 - np.maximum(z, 0) / 3))  # gas in some loops
    dome = 72 - 0.004 * ((x - 50) ** 2 + y * y)
    yield Layer("lung", np.minimum(cavity, z - dome))
    if anatomy.ascites > 0:
        around_liver = liver + anatomy.ascites * (1 + 0.4 * smooth_noise(points, anatomy.texture_seed + 5, 50))
        gutters = np.minimum(1.5 * anatomy.ascites - cavity, 10 - z)
        yield Layer("fluid", np.minimum(np.minimum(cavity, dome - z), np.maximum(around_liver, gutters)))
    for side in (-1, 1):
        yield solid("kidney", points, (side * 62, spine_y + 8, -62), (26, 24, 46))
        yield solid("fat", points, (side * 56, spine_y + 10, -62), (9, 8, 22))  # its sinus
    organ = solid("spleen", points, (-98, -30, 16), (26 * spleen, 40 * spleen, 44 * spleen))
    yield Layer("spleen", np.minimum(organ.depth, cavity[organ.at] - 1), organ.at)
    yield Layer("liver", liver)
    near = box(points, (40, 5, 0), (110, 90, 90))
    yield Layer("vessel", np.minimum(portal_tree(anatomy, points[:, near]), liver[near] + 12), near)
    if anatomy.collaterals > 0:
        yield Layer("vessel", np.minimum(collateral_veins(anatomy, points), cavity))
    yield solid("fluid", points, *GALLBLADDER)
    yield Layer("bone", ellipsoid(points, (0, spine_y), (21, 18)))
    yield Layer("fluid", ellipsoid(points, (0, spine_y - 26), (8, 7)))  # the spinal canal
    yield Layer("vessel", ellipsoid(points, (-10, spine_y + 30), (10, 10)))  # the aorta
    yield Layer("vessel", ellipsoid(points, (16, spine_y + 28), (12, 9)))  # the inferior vena cava
