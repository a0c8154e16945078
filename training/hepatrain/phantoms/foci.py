"""What lies in a liver at one place only: confluent fibrosis, and findings that look like it in one sequence.

Fibrosis is dark in T1W and bright in T2W. Focal fat and siderosis are dark in T1W only, oedema is bright in T2W only,
and none of these three depends on the stage: who sees one sequence takes them for fibrosis.
"""

from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.shapes import Field, box, ellipsoid, smooth_noise


@dataclass(frozen=True)
class Focus:
    """A blurred ellipsoid in which a share of the parenchyma is another tissue."""

    tissue: str
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    share: float
    edge: float
    """Width of its border, mm."""


PATCHES = {"lipid": 0.6, "oedema": 0.6, "siderosis": 0.3}
"""Mean number of stage-independent patches a liver has."""

ROUND = {"fluid": 0.5, "haemangioma": 0.25}
"""Mean number of cysts and haemangiomas."""

SHARE = {"fibrosis": (0.5, 0.8), "oedema": (0.45, 0.75), "lipid": (0.18, 0.32), "siderosis": (0.7, 1.0)}
"""Range of the share of the parenchyma that a patch replaces: chosen for like contrast."""


def sample_foci(confluent: float, rng: np.random.Generator) -> tuple[Focus, ...]:
    """Foci of a liver; `confluent` is the mean number of patches of confluent fibrosis."""
    foci = []
    for tissue, mean in {"fibrosis": confluent, **PATCHES}.items():
        for _ in range(rng.poisson(mean)):
            radii = rng.uniform(9, 20) * np.exp(rng.normal(0, 0.25, 3))
            foci.append(Focus(tissue, sample_place(rng), tuple(radii.tolist()), rng.uniform(*SHARE[tissue]), 7))
    for tissue, mean in ROUND.items():
        for _ in range(rng.poisson(mean)):
            foci.append(Focus(tissue, sample_place(rng), (rng.uniform(3, 8),) * 3, 1.0, 2))
    return tuple(foci)


def sample_place(rng: np.random.Generator) -> tuple[float, float, float]:
    """Mostly in the right lobe, rather near its surface than in the middle."""
    direction = rng.normal(size=3)
    direction /= np.linalg.norm(direction)
    centre, radii = ((70, -8, 0), (48, 62, 62)) if rng.random() < 0.8 else ((0, 40, 18), (36, 20, 26))
    return tuple((np.array(centre) + np.array(radii) * direction * rng.uniform(0.4, 1)).tolist())


def focus_density(focus: Focus, points: Field, seed: int) -> tuple[np.ndarray, Field]:
    """Where a focus is: indices of points, and the share of its tissue there, 0 to 1. Its border is ragged."""
    near = box(points, focus.centre, np.array(focus.radii) + focus.edge)
    depth = ellipsoid(points[:, near], focus.centre, focus.radii)
    ragged = 0.5 * focus.edge * smooth_noise(points[:, near], seed, 14) if focus.edge > 2 else 0
    return near, focus.share * np.clip(0.5 + (depth + ragged) / focus.edge, 0, 1)
