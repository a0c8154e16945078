"""How a scanner sees a patient: one MR sequence, from anatomy to stored volume."""

from dataclasses import dataclass, replace

import numpy as np

from hepatrain.phantoms.anatomy import Anatomy
from hepatrain.phantoms.artefacts import blur, breathing_ghost, coil_bias, rician
from hepatrain.phantoms.grid import GRIDS, sample_grid, world_points
from hepatrain.phantoms.liver import composition
from hepatrain.phantoms.scene import layers
from hepatrain.phantoms.sequence import sample_sequence
from hepatrain.phantoms.shapes import Field
from hepatrain.phantoms.tissue import FIELDS, TISSUES

LIVER_LEVEL = (40, 85)
"""Range of the stored value of a healthy liver: few levels, because noise compresses badly."""

SIGNAL_TO_NOISE = {"T1W": (14, 28), "T2W": (10, 20)}
"""Range of a healthy liver's signal over the noise of one voxel, before the window."""

GHOST_SHARE = 0.3
BLUR_SHARE = 0.5
"""Shares of acquisitions with visible breathing ghosts, and with some blur of motion."""


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


def paint(anatomy: Anatomy, points: Field, signal: dict[str, float], sequence: str, edge: float) -> tuple[Field, Field]:
    """Signal [n] and liver mask [n] at points [3, n]. Edges are `edge` mm wide: the partial volume of a voxel that two
    tissues share; a voxel's signal is the sum of its tissues'."""
    image = np.zeros(points.shape[1], np.float32)
    mask = np.zeros(points.shape[1], bool)
    for layer in layers(anatomy, points):
        cover = np.clip(0.5 + layer.depth / edge, 0, 1)
        if layer.tissue == "liver":
            mask[layer.at] = layer.depth > 0
            covered = np.flatnonzero(cover)
            parenchyma = np.full(len(covered), signal["liver"], np.float32)
            for tissue, share in composition(anatomy, points[:, covered], sequence).items():
                parenchyma += share * (signal[tissue] - signal["liver"])
            image[covered] += cover[covered] * (parenchyma - image[covered])
        else:
            image[layer.at] += cover * (signal[layer.tissue] - image[layer.at])
    return image, mask


def acquire(anatomy: Anatomy, sequence: str, field: float, rng: np.random.Generator) -> Scan:
    """Scan a patient once at a field strength in T."""
    dims, affine = sample_grid(GRIDS[sequence], rng)
    points = world_points(affine, dims)
    pulse = sample_sequence(sequence, rng)
    phase = np.exp(rng.normal(0, 0.15))  # how much agent is in the tissue: timing, dose, circulation
    iron = {name: replace(tissue, iron=tissue.iron + anatomy.iron) for name, tissue in TISSUES.items()}
    in_liver = ("liver", "fibrosis", "oedema", "lipid", "siderosis")
    healthy = pulse.signal(TISSUES["liver"], field, phase)
    signal = {
        name: pulse.signal(iron[name] if name in in_liver else tissue, field, phase) * np.exp(rng.normal(0, 0.04))
        for name, tissue in TISSUES.items()
    }

    body = np.flatnonzero((points[:2] ** 2 / np.square(np.array(anatomy.body_radii) + 4)[:, None]).sum(0) < 1)
    edge = float(np.linalg.norm(affine[:3, 0]))
    image, mask = np.zeros(points.shape[1], np.float32), np.zeros(points.shape[1], np.uint8)
    image[body], mask[body] = paint(anatomy, points[:, body], signal, sequence, edge)

    level = rng.uniform(*LIVER_LEVEL)
    image = image.reshape(dims) * np.float32(level / healthy) * coil_bias(dims, field, rng)
    if rng.random() < GHOST_SHARE:
        image = breathing_ghost(image, rng)
    if rng.random() < BLUR_SHARE:
        image = blur(image, rng.uniform(0.3, 0.8))
    image = rician(image, np.float32(level / rng.uniform(*SIGNAL_TO_NOISE[sequence])), rng.uniform(0.35, 0.65), rng)
    return Scan(
        image=np.rint(np.minimum(image, 4095)).astype(np.int16),
        liver_mask=mask.reshape(dims),
        affine=affine,
        has_sform=bool(rng.random() < 0.5),
    )


def sample_field(rng: np.random.Generator) -> float:
    """Field strength of a scanner, T."""
    return FIELDS[rng.integers(len(FIELDS))]
