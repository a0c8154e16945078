"""What a study consists of: the phantom's two scans, and what every protocol of the upper abdomen scans besides."""

from dataclasses import dataclass

import numpy as np

from hepatrain.phantoms.dicom.planes import Frame, Volume, frames_of
from hepatrain.phantoms.dicom.protocols import Protocol
from hepatrain.phantoms.dicom.vendors import Vendor
from hepatrain.phantoms.study import Study

ROLES = (
    "localizer", "coronal", "dual_echo", "t2w", "diffusion", "adc", "arterial", "t1w", "subtraction",
)  # fmt: skip
"""In the order of scanning; t1w and t2w are the phantom's own."""


@dataclass(frozen=True)
class Series:
    """One SeriesInstanceUID."""

    role: str
    number: int
    protocol: Protocol
    frames: list[Frame]
    """In the order of their instance numbers."""


def series_of(study: Study, vendor: Vendor, rng: np.random.Generator) -> list[Series]:
    """All image series of a study."""
    t1w, t2w = (Volume(study.scans[sequence].image, study.scans[sequence].affine) for sequence in ("T1W", "T2W"))
    first, step = vendor.series_numbers

    def slices(role: str, volume: Volume) -> list[Frame]:
        return frames_of(volume)[::-1] if role in vendor.downwards else frames_of(volume)

    frames = {
        "localizer": localizer(t1w),
        "coronal": coronal(t2w),
        "dual_echo": dual_echo(slices("dual_echo", coarse(t1w)), vendor.echoes_interleaved),
        "t2w": slices("t2w", t2w),
        "diffusion": diffusion(slices("diffusion", coarse(t2w)), vendor.b_values),
        "adc": [frame.showing(1000 + frame.values) for frame in slices("adc", coarse(t2w))],
        "arterial": [frame.showing(frame.values * 9 // 10) for frame in slices("arterial", t1w)],
        "t1w": slices("t1w", t1w),
        "subtraction": [frame.showing(frame.values // 3) for frame in slices("subtraction", coarse(t1w))],
    }
    if vendor.complex_t1w:
        frames["t1w"] = with_complex_parts(frames["t1w"], rng)
    other_t2w = rng.random() < 0.5
    return [
        Series(
            role,
            first + step * index,
            vendor.protocols["t2w, other" if role == "t2w" and other_t2w else role],
            frames[role],
        )
        for index, role in enumerate(ROLES)
    ]


def coarse(volume: Volume) -> Volume:
    """Half the matrix and every other slice."""
    return volume.thinned(2, 2, 2)


def axes_across_body(volume: Volume) -> list[int]:
    """Voxel axes that follow right-left, front-back and up-down."""
    return [int(axis) for axis in np.abs(volume.affine[:3, :3]).argmax(axis=1)]


def localizer(volume: Volume) -> list[Frame]:
    """Three slices in each of three planes, in one series."""
    small = volume.thinned(2, 2, 1)
    planes = []
    for stack, axis in enumerate(reversed(axes_across_body(small)), start=1):
        slices = frames_of(small, axis, stack)
        planes += [slices[len(slices) * quarter // 4] for quarter in (1, 2, 3)]
    return planes


def coronal(volume: Volume) -> list[Frame]:
    """Coronal slices, about 15 mm apart, with about square pixels."""
    _, front_back, up_down = axes_across_body(volume)
    steps = [2, 2, 2]
    steps[front_back], steps[up_down] = 6, 1
    return frames_of(volume.thinned(*steps).refined(up_down, 2), front_back)


def dual_echo(slices: list[Frame], interleaved: bool) -> list[Frame]:
    """Opposed phase and in phase."""
    echoes = [
        [frame.showing(frame.values * signal // 10, echo=echo) for frame in slices] for echo, signal in ((1, 6), (2, 7))
    ]
    if interleaved:
        return [frame for pair in zip(*echoes, strict=True) for frame in pair]
    return [frame for echo in echoes for frame in echo]


def diffusion(slices: list[Frame], b_values: tuple[int, ...]) -> list[Frame]:
    """All slices of one b value, then of the next."""
    return [
        frame.showing(np.rint(frame.values * np.exp(-0.0011 * b)).astype(np.int16), b_value=b)
        for b in b_values
        for frame in slices
    ]


def with_complex_parts(frames: list[Frame], rng: np.random.Generator) -> list[Frame]:
    """Each magnitude image, then its real and imaginary parts for a phase that drifts along the rows."""
    phase = rng.uniform(0, 2 * np.pi) + np.arange(frames[0].values.shape[1]) / 40
    return [
        image
        for frame in frames
        for image in (
            frame,
            frame.showing(np.rint(frame.values * np.cos(phase)).astype(np.int16), component="R"),
            frame.showing(np.rint(frame.values * np.sin(phase)).astype(np.int16), component="I"),
        )
    ]
