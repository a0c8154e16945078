"""A liver as a solid, and what its parenchyma is made of."""

import numpy as np

from hepatrain.phantoms.anatomy import Anatomy
from hepatrain.phantoms.foci import focus_density
from hepatrain.phantoms.shapes import Field, box, ellipsoid, smooth_noise, tube, union

RIGHT = ((74, -9, -4), (63, 60, 77))
LEFT = ((-4, 38, 22), (91, 27, 34))
CAUDATE = ((22, -8, 16), (18, 20, 26))
GALLBLADDER = ((46, 36, -44), (12, 19, 25))
"""Centres and radii of healthy lobes and gallbladder, mm: livers have the principal axes of those in CirrMRI600+."""


def liver_depth(anatomy: Anatomy, points: Field, cavity: Field) -> Field:
    """Depth inside the liver [n], true near its surface: three lobes, confined to the cavity, with the grooves of
    hilum, gallbladder, round ligament, stomach and right kidney; its surface is lobulated and roughened by nodules."""
    depth = np.full(points.shape[1], -1e3, np.float32)
    near = box(points, (40, 5, 0), (150, 120, 125))
    inside = points[:, near]
    leaning = inside + np.array([0.1, -anatomy.lean, 0], np.float32)[:, None] * inside[2]
    size, right, left = np.array(anatomy.liver_size), anatomy.right_lobe, anatomy.left_lobe
    right_lobe = ellipsoid(leaning, RIGHT[0], size * right * RIGHT[1])
    # A growing left lobe becomes thicker rather than longer.
    left_lobe = ellipsoid(inside, LEFT[0], size * (anatomy.left_length, left, left) * LEFT[1])
    caudate_lobe = ellipsoid(inside, CAUDATE[0], size * anatomy.caudate * CAUDATE[1])
    solid = union(union(right_lobe, left_lobe, 16), caudate_lobe, 6)
    groove = anatomy.notch
    hollows = (
        ellipsoid(inside, (30, 12, -22), (20 + groove, 8 + groove / 2, 14 + groove)),  # hilum
        ellipsoid(inside, GALLBLADDER[0], np.array(GALLBLADDER[1]) + 2 + groove / 4),
        ellipsoid(inside, (14, 58, -8), (2 + groove / 3, 26, 34)),  # round ligament
        ellipsoid(inside, (70, -78, -58), (30, 20 + groove, 44)),  # right kidney and posterior notch
        ellipsoid(inside, (-30, 0, 2), (36, 26, 40)),  # stomach
    )
    for hollow in hollows:
        solid = np.minimum(solid, -hollow)
    solid = np.minimum(solid, cavity[near] - 1)
    rough = np.flatnonzero(np.abs(solid) < 4 * (anatomy.nodularity + anatomy.lobulation))
    surface, seed = inside[:, rough], anatomy.texture_seed
    solid[rough] += anatomy.lobulation * smooth_noise(surface, seed + 7, 32)
    solid[rough] += anatomy.nodularity * smooth_noise(surface, seed, anatomy.nodule_size * 1.3)
    depth[near] = solid
    return depth


def septa_density(anatomy: Anatomy, points: Field) -> Field:
    """Septa run where a random field changes its sign: thin walls around nodules; in some regions, not in all.
    0 to 1, [n]."""
    field = smooth_noise(points, anatomy.texture_seed + 1, anatomy.nodule_size)
    region = smooth_noise(points, anatomy.texture_seed + 6, 90)
    # About the normal quantile of the extent.
    affected = np.clip(0.5 + 1.5 * (region + 2.2 * (anatomy.septa_extent - 0.5)), 0, 1)
    return affected * np.exp(-((field / 0.45) ** 2))


def composition(anatomy: Anatomy, points: Field, sequence: str) -> dict[str, Field | float]:
    """What the parenchyma holds besides healthy liver: shares by tissue, [n] or everywhere the same."""
    diffuse = anatomy.diffuse_fibrosis[sequence]
    shares: dict[str, Field | float] = {
        "fibrosis": diffuse + max(0.0, anatomy.septa[sequence] - diffuse) * septa_density(anatomy, points),
        "lipid": anatomy.diffuse_lipid,
    }
    for number, focus in enumerate(anatomy.foci):
        near, density = focus_density(focus, points, anatomy.texture_seed + 100 + number)
        if len(near) == 0:
            continue
        # A focus takes the place of what was there.
        for tissue, share in shares.items():
            whole = np.broadcast_to(np.float32(share), points.shape[1]).copy()
            whole[near] *= 1 - density
            shares[tissue] = whole
        own = shares.setdefault(focus.tissue, np.zeros(points.shape[1], np.float32))
        own[near] += density
    return shares


def portal_tree(anatomy: Anatomy, points: Field) -> Field:
    """The portal vein and its first branches, and the hepatic veins: depth [n]."""
    rng = np.random.default_rng(anatomy.texture_seed + 2)
    radius = anatomy.portal_radius
    hilum = np.array([28.0, 8.0, -6.0])
    depth = tube(points, np.array([[2.0, -4.0, -40.0], hilum]), np.array([radius]))
    for target in ((84, -34, 12), (86, 22, -18), (60, 10, 40), (-30, 44, 22), (96, -20, -40), (70, -50, 34)):
        end = np.array(target) + rng.normal(0, 7, 3)
        middle = (hilum + end) / 2 + rng.normal(0, 6, 3)
        depth = np.maximum(depth, tube(points, np.stack([hilum, middle, end]), radius * np.array([0.6, 0.36])))
    confluence = np.array([18.0, -22.0, 50.0])
    for target in ((90, -14, 4), (58, 34, 14), (-10, 40, 26)):
        end = np.array(target) + rng.normal(0, 7, 3)
        middle = (confluence + end) / 2 + rng.normal(0, 5, 3)
        depth = np.maximum(depth, tube(points, np.stack([confluence, middle, end]), np.array([3.6, 2.2])))
    return depth
