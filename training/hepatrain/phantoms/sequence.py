"""Pulse sequences: from relaxation times to signal, and the protocols that sites have."""

from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.dicom.protocols import GE, PHILIPS, SIEMENS, Protocol
from hepatrain.phantoms.tissue import Tissue, relaxation


@dataclass(frozen=True)
class SpoiledGradientEcho:
    """3-D VIBE, LAVA, THRIVE: T1W after contrast agent. Times in ms."""

    repetition_time: float
    echo_time: float
    flip_angle: float
    """Degrees."""
    fat_left: float
    """Share of the lipid signal that fat saturation leaves; 1: not saturated."""

    def signal(self, tissue: Tissue, field: float, enhancement: float) -> float:
        """The steady state under perfect spoiling (Ernst and Anderson 1966), with T2* decay."""
        times = relaxation(tissue, field, enhancement)
        angle, rest = np.deg2rad(self.flip_angle), np.exp(-self.repetition_time / times.t1)
        steady = np.sin(angle) * (1 - rest) / (1 - np.cos(angle) * rest)
        return float(water_and_fat(tissue, self.fat_left) * steady * np.exp(-self.echo_time / times.t2_star))


TRANSVERSE = 0.5
"""Share of the time up to the echo that magnetisation decays by T2. Refocusing pulses of less than 180° keep it along z
for the rest (Hennig, J Magn Reson 1988;78:397): without it livers would be darker, beside fat, than they are."""


@dataclass(frozen=True)
class TurboSpinEcho:
    """TSE, BLADE, HASTE: T2W before contrast agent. Times in ms."""

    repetition_time: float
    echo_time: float
    """Effective: of the echo that fills the centre of k-space."""
    fat_left: float

    def signal(self, tissue: Tissue, field: float, _enhancement: float = 0) -> float:
        """T2 decay up to the effective echo time, saturation by the repetition time, and flow void."""
        times = relaxation(tissue, field, 0)
        recovered = 1 - np.exp(-self.repetition_time / times.t1)
        decayed = np.exp(-TRANSVERSE * self.echo_time / times.t2)
        return float(water_and_fat(tissue, self.fat_left) * (1 - tissue.flow) * recovered * decayed)


def water_and_fat(tissue: Tissue, fat_left: float) -> float:
    """Protons that are seen."""
    return tissue.protons * (1 - tissue.lipid * (1 - fat_left))


def site_protocols() -> dict[str, list[Protocol]]:
    """Portal-venous T1W and T2W of the makers: the same timing as the DICOM headers tell."""
    makers = (SIEMENS, GE, PHILIPS)
    return {
        "T1W": [maker["t1w"] for maker in makers],
        "T2W": [maker[role] for maker in makers for role in ("t2w", "t2w, other")],
    }


SITE_PROTOCOLS = site_protocols()

UNSATURATED_SHARE = 0.1
"""Share of sites that leave fat saturation out of T1W."""


def sample_sequence(name: str, rng: np.random.Generator) -> SpoiledGradientEcho | TurboSpinEcho:
    """What a site scans: a maker's protocol, its timing moved by some per cent."""
    protocols = SITE_PROTOCOLS[name]
    protocol = protocols[rng.integers(len(protocols))]
    tr, te = np.array([protocol.repetition_time, protocol.echo_times[0]]) * np.exp(rng.normal(0, (0.05, 0.06)))
    saturated = protocol.fat_suppressed and not (name == "T1W" and rng.random() < UNSATURATED_SHARE)
    fat_left = float(rng.uniform(0.1, 0.3)) if saturated else 1.0
    if name == "T1W":
        return SpoiledGradientEcho(float(tr), float(te), protocol.flip_angle * rng.uniform(0.9, 1.15), fat_left)
    return TurboSpinEcho(float(tr), float(te), fat_left)
