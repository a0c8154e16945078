"""An imaginary patient: what cirrhosis of a stage has done to liver, spleen, veins and belly."""

from dataclasses import dataclass

import numpy as np

from hepatrain.vocabulary import STAGES

SEVERITY_MEAN = dict(zip(STAGES, (0.2, 0.5, 0.8), strict=True))
SEVERITY_DEVIATION = 0.085
"""Neighbouring stages overlap: who knew the severity itself would still be wrong in about one case of twenty."""

ORGAN_DEVIATION = 0.09
"""Every organ follows the severity at its own pace, so that no single sign tells the stage."""


@dataclass(frozen=True)
class Anatomy:
    """Measures of one patient. Lengths in mm, factors relative to a healthy adult."""

    body_radii: tuple[float, float]
    """Half width and half depth of the trunk."""
    fat: float
    """Thickness of the subcutaneous fat."""
    liver_size: float
    right_lobe: float
    left_lobe: float
    caudate: float
    nodularity: float
    """Amplitude of the liver's surface nodules."""
    nodule_size: float
    """Wavelength of regenerative nodules, at the surface and in the parenchyma."""
    fibrosis: float
    """Contrast of septa between nodules, relative to the parenchyma."""
    liver_signal: dict[str, float]
    """Parenchymal signal by sequence, relative to a healthy liver's."""
    spleen_size: float
    ascites: float
    """Depth of free fluid around the liver; 0: none."""
    portal_radius: float
    collaterals: int
    """Number of tortuous veins near the splenic hilum."""
    texture_seed: int
    """Seeds the random fields: both sequences show the same nodules."""


def sample_anatomy(stage: str, rng: np.random.Generator) -> Anatomy:
    """A random patient of a stage."""
    severity = rng.normal(SEVERITY_MEAN[stage], SEVERITY_DEVIATION)

    def organ() -> float:
        """The severity as one organ shows it, 0 to about 1."""
        return float(np.clip(severity + rng.normal(0, ORGAN_DEVIATION), 0, 1.2))

    def around(value: float, relative_deviation: float) -> float:
        return float(value * np.exp(rng.normal(0, relative_deviation)))

    return Anatomy(
        body_radii=(around(160, 0.07), around(112, 0.07)),
        fat=float(rng.uniform(8, 26)),
        liver_size=around(1, 0.06),
        right_lobe=around(1 - 0.24 * organ(), 0.04),
        left_lobe=around(1 + 0.22 * organ(), 0.06),
        caudate=around(1 + 0.5 * organ(), 0.08),
        nodularity=around(0.4 + 4.2 * organ() ** 2, 0.12),
        nodule_size=float(rng.uniform(10, 20)),
        fibrosis=around(0.03 + 0.42 * organ(), 0.12),
        liver_signal={"T1W": around(1 - 0.15 * organ(), 0.08), "T2W": around(1 + 0.25 * organ(), 0.1)},
        spleen_size=around(0.85 + 0.55 * organ(), 0.06),
        ascites=max(0.0, 36 * (organ() - 0.55)),
        portal_radius=around(5 + 3 * organ(), 0.08),
        collaterals=int(rng.poisson(5 * max(0.0, organ() - 0.3))),
        texture_seed=int(rng.integers(2**32)),
    )
