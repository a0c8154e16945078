"""An anatomy as solids in space.

World axes are RAS in mm; the origin is mid-liver in the trunk's axis: the liver lies at +x, the spine at −y.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.anatomy import Anatomy
from hepatrain.phantoms.shapes import Field, column, ellipsoid, smooth_noise, tube, union

WALL = 14
"""Thickness of the muscular wall between fat and peritoneal cavity, mm."""


@dataclass(frozen=True)
class Layer:
    """A tissue to paint over the layers before it."""

    tissue: str
    depth: Field
    """mm inside its solid."""
    septa: Field | float = 0.0
    """Density of fibrous septa, 0 to 1."""


def liver_depth(anatomy: Anatomy, points: Field, cavity: Field) -> Field:
    """Depth inside the liver: three lobes, confined to the cavity, its surface roughened by nodules."""
    size, right, left, caudate = anatomy.liver_size, anatomy.right_lobe, anatomy.left_lobe, anatomy.caudate
    right_lobe = ellipsoid(points, (70, -5, 0), (70 * size * right, 80 * size * right, 74 * size * right))
    left_lobe = ellipsoid(points, (-8, 42, 18), (66 * size * left, 36 * size, 42 * size * left))
    caudate_lobe = ellipsoid(points, (20, -8, 14), (20 * caudate, 22 * caudate, 28 * caudate))
    smooth = union(union(right_lobe, left_lobe, 18), caudate_lobe, 8)
    depth = np.minimum(smooth, cavity - 1)
    near = np.abs(depth) < 4 * anatomy.nodularity
    depth[near] += anatomy.nodularity * smooth_noise(points[:, near], anatomy.texture_seed, anatomy.nodule_size * 1.5)
    return depth


def septa_density(anatomy: Anatomy, points: Field, liver: Field) -> Field:
    """Septa run where a random field changes its sign: thin walls around nodules. 0 to 1, and 0 outside the liver."""
    inside = liver > -4
    density = np.zeros(liver.shape, np.float32)
    field = smooth_noise(points[:, inside], anatomy.texture_seed + 1, anatomy.nodule_size)
    density[inside] = np.exp(-((field / 0.35) ** 2))
    return density


def portal_tree(anatomy: Anatomy, points: Field, liver: Field) -> Field:
    """The portal vein and its first branches; inside the liver and at its hilum only."""
    rng = np.random.default_rng(anatomy.texture_seed + 2)
    near = liver > -12
    inside = points[:, near]
    radius = anatomy.portal_radius
    hilum = np.array([28.0, 8.0, -6.0])
    trunk = np.array([[2.0, -4.0, -40.0], hilum])
    depth = tube(inside, trunk, np.array([radius]))
    for target in ((78, -30, 12), (82, 22, -14), (60, 10, 40), (-22, 44, 22)):
        end = np.array(target) + rng.normal(0, 7, 3)
        middle = (hilum + end) / 2 + rng.normal(0, 6, 3)
        branch = tube(inside, np.stack([hilum, middle, end]), radius * np.array([0.65, 0.4]))
        depth = np.maximum(depth, branch)
    tree = np.full(liver.shape, -1e3, np.float32)
    tree[near] = depth
    return tree


def collateral_veins(anatomy: Anatomy, points: Field) -> Field:
    """Short tortuous veins between spleen and stomach."""
    rng = np.random.default_rng(anatomy.texture_seed + 3)
    depth = np.full(points.shape[1:], -1e3, np.float32)
    for _ in range(anatomy.collaterals):
        steps = rng.normal(0, 12, (5, 3))
        path = np.array([-50.0, -12.0, 10.0]) + np.cumsum(steps, axis=0)
        depth = np.maximum(depth, tube(points, path, np.full(4, 3.5)))
    return depth


def layers(anatomy: Anatomy, points: Field) -> Iterator[Layer]:
    """The abdomen, in painting order. The layer `liver` is the ground truth of the liver mask."""
    x, y, z = points
    body = column(points, (0, 0), anatomy.body_radii)
    wall = body - anatomy.fat
    cavity = wall - WALL
    liver = liver_depth(anatomy, points, cavity)
    spine_y = -anatomy.body_radii[1] + anatomy.fat + 42
    spleen = anatomy.spleen_size

    yield Layer("fat", body)
    yield Layer("muscle", wall)
    yield Layer("fat", cavity)
    bowel = 12 * smooth_noise(points, anatomy.texture_seed + 4, 60) - np.maximum(z, 0) / 3
    yield Layer("bowel", np.minimum(cavity - 4, bowel))
    dome = 66 - 0.004 * ((x - 50) ** 2 + y * y)
    yield Layer("lung", np.minimum(cavity, z - dome))
    if anatomy.ascites > 0:
        around_liver = liver + anatomy.ascites * (1 + 0.4 * smooth_noise(points, anatomy.texture_seed + 5, 50))
        gutters = np.minimum(1.5 * anatomy.ascites - cavity, 10 - z)
        yield Layer("fluid", np.minimum(np.minimum(cavity, dome - z), np.maximum(around_liver, gutters)))
    for side in (-1, 1):
        yield Layer("kidney", ellipsoid(points, (side * 62, spine_y + 8, -62), (26, 24, 46)))
    yield Layer(
        "spleen", np.minimum(cavity - 1, ellipsoid(points, (-98, -30, 16), (26 * spleen, 40 * spleen, 44 * spleen)))
    )
    yield Layer("liver", liver, anatomy.fibrosis * septa_density(anatomy, points, liver))
    yield Layer("vessel", portal_tree(anatomy, points, liver))
    if anatomy.collaterals > 0:
        yield Layer("vessel", np.minimum(collateral_veins(anatomy, points), cavity))
    yield Layer("fluid", ellipsoid(points, (48, 34, -46), (13, 20, 26)))  # the gallbladder
    yield Layer("bone", column(points, (0, spine_y), (21, 18)))
    yield Layer("fluid", column(points, (0, spine_y - 26), (8, 7)))  # the spinal canal
    yield Layer("vessel", column(points, (-10, spine_y + 30), (10, 10)))  # the aorta
    yield Layer("vessel", column(points, (16, spine_y + 28), (12, 9)))  # the inferior vena cava
