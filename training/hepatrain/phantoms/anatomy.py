"""An imaginary patient: what cirrhosis of a stage has done to liver, spleen, veins and belly."""

from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.foci import Focus, sample_foci
from hepatrain.vocabulary import STAGES

SEVERITY_MEAN = dict(zip(STAGES, (0.2, 0.5, 0.8), strict=True))
SEVERITY_DEVIATION = 0.1
"""Neighbouring stages overlap: who knew the severity itself would still be wrong in about one case of eleven."""

ORGAN_DEVIATION = 0.18
"""Every organ follows the severity at its own pace, so that no single sign tells the stage."""

SEPTA = {"T1W": (0.05, 0.95), "T2W": (0.03, 0.95)}
"""Share of fibrous tissue in a septum as each sequence sees it: at severity 0, and what is added up to 1."""

SEQUENCE_DEVIATION = 0.15
"""Perfusion, which T1W shows, and water, which T2W shows, follow the severity each at its own pace: two sequences know
more than one."""


@dataclass(frozen=True)
class Anatomy:
    """Measures of one patient. Lengths in mm, factors relative to a healthy adult."""

    body_radii: tuple[float, float]
    """Half width and half depth of the trunk."""
    fat: float
    """Thickness of the subcutaneous fat."""
    liver_size: tuple[float, float, float]
    """Width, depth and height."""
    right_lobe: float
    left_lobe: float
    left_length: float
    """Some left lobes reach the spleen, some end at the midline, at any stage."""
    caudate: float
    lean: float
    """How far the right lobe moves to the front for each mm upwards: its tip lies at the back."""
    notch: float
    """Depth of the grooves that shrinking segments leave: hilum, gallbladder fossa, right posterior notch."""
    lobulation: float
    """Amplitude of the surface's slow undulation, which healthy livers have too."""
    nodularity: float
    """Amplitude of the liver's surface nodules."""
    nodule_size: float
    """Wavelength of regenerative nodules, at the surface and in the parenchyma; macronodular enough for 2 mm pixels."""
    septa: dict[str, float]
    """Share of fibrous tissue in a septum as each sequence sees it: T1W by what does not enhance, T2W by its water."""
    septa_extent: float
    """Share of the liver, about, that has septa at all: independent of the stage, so that where one looks matters."""
    foci: tuple[Focus, ...]
    diffuse_fibrosis: dict[str, float]
    """Share of fibrous tissue everywhere, as each sequence sees it."""
    diffuse_lipid: float
    """Share of fat everywhere: independent of the stage."""
    iron: float
    """Iron beyond a healthy liver's, mg/g dry: independent of the stage."""
    spleen_size: float
    ascites: float
    """Depth of free fluid around the liver; 0: none."""
    bowel_folds: float
    """Half thickness of folds and content between them: a texture like that of septa, at any stage. 0: none."""
    portal_radius: float
    collaterals: int
    """Number of tortuous veins near the splenic hilum."""
    texture_seed: int
    """Seeds the random fields: both sequences show the same nodules."""


def sample_anatomy(stage: str, rng: np.random.Generator) -> Anatomy:
    """A random patient of a stage."""
    severity = rng.normal(SEVERITY_MEAN[stage], SEVERITY_DEVIATION)

    def organ(deviation: float = ORGAN_DEVIATION) -> float:
        """The severity as one organ shows it, 0 to about 1."""
        return float(np.clip(severity + rng.normal(0, deviation), 0, 1.3))

    def around(value: float, relative_deviation: float) -> float:
        return float(value * np.exp(rng.normal(0, relative_deviation)))

    size = around(1.01 - 0.04 * organ(), 0.06)
    return Anatomy(
        body_radii=(around(160, 0.06), around(112, 0.06)),
        fat=float(rng.uniform(8, 26)),
        liver_size=tuple((size * np.exp(rng.normal(0, 0.11, 3))).tolist()),
        right_lobe=around(1.01 - 0.05 * organ(), 0.04),
        left_lobe=around(1.02 + 0.12 * organ(), 0.1),
        left_length=around(1 - 0.05 * organ(), 0.12),
        caudate=around(1 + 0.5 * organ(), 0.08),
        lean=float(rng.normal(0.37, 0.15)),
        notch=around(9.5 + 2 * organ(), 0.25),
        lobulation=float(rng.uniform(1.8, 4.2)),
        nodularity=around(0.85 + 0.8 * organ(), 0.15),
        nodule_size=float(rng.uniform(14, 23)),
        septa={
            sequence: min(1.0, around(least + more * organ(SEQUENCE_DEVIATION), 0.1))
            for sequence, (least, more) in SEPTA.items()
        },
        septa_extent=float(rng.uniform(0.6, 0.9)),
        foci=sample_foci(3.2 * organ() ** 1.5, rng),
        diffuse_fibrosis={sequence: 0.3 * organ(SEQUENCE_DEVIATION) for sequence in SEPTA},
        diffuse_lipid=float(rng.exponential(0.03)),
        iron=float(rng.exponential(0.05)),
        # Big spleens and some fluid have other causes too.
        spleen_size=around(0.8 + 0.5 * organ(), 0.07) * (rng.uniform(1.1, 1.35) if rng.random() < 0.1 else 1),
        ascites=max(0.0, 30 * (organ() - 0.5)) + (rng.uniform(2, 9) if rng.random() < 0.1 else 0),
        bowel_folds=float(max(0.0, rng.uniform(-0.6, 2.2))),
        portal_radius=around(5.2 + 2.4 * organ(), 0.12),
        collaterals=int(rng.poisson(0.4 + 5 * max(0.0, organ() - 0.35))),
        texture_seed=int(rng.integers(2**32)),
    )
