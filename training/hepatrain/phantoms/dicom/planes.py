"""A volume as DICOM frames: the same voxels at the same places, only flipped and transposed."""

from dataclasses import dataclass, replace

import numpy as np

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0])

VIEWS = (
    ((0, 1, 0), (0, 0, -1)),  # sagittal: rows run to posterior, columns to inferior
    ((1, 0, 0), (0, 0, -1)),  # coronal: to left, to inferior
    ((1, 0, 0), (0, 1, 0)),  # axial: to left, to posterior
)
"""How radiologists look at slices across the axes of LPS: directions of rows and of columns."""


@dataclass(frozen=True)
class Volume:
    """Voxels [i, j, k] and their affine to RAS, mm, [4, 4]."""

    voxels: np.ndarray
    affine: np.ndarray

    def flipped(self, axis: int) -> "Volume":
        """The same with an axis reversed."""
        affine = self.affine.copy()
        affine[:3, 3] += (self.voxels.shape[axis] - 1) * affine[:3, axis]
        affine[:3, axis] *= -1
        return Volume(np.flip(self.voxels, axis), affine)

    def thinned(self, *steps: int) -> "Volume":
        """Every so many voxels of each axis: a coarser scan of the same."""
        affine = self.affine.copy()
        affine[:3, :3] *= steps
        return Volume(self.voxels[:: steps[0], :: steps[1], :: steps[2]], affine)

    def refined(self, axis: int, factor: int) -> "Volume":
        """Each voxel as so many thinner ones, to make pixels of a reformatted plane about square."""
        affine = self.affine.copy()
        affine[:3, axis] /= factor
        affine[:3, 3] -= affine[:3, axis] * (factor - 1) / 2
        return Volume(np.repeat(self.voxels, factor, axis), affine)

    def slice_axis(self) -> int:
        """The axis that the scanner took slices along: that of the widest spacing, k where several are as wide."""
        spacing = np.linalg.norm(self.affine[:3, :3], axis=0)
        return 2 if spacing[2] > spacing.max() - 1e-4 else int(spacing.argmax())


@dataclass(frozen=True)
class Frame:
    """One image of a series. Lengths in mm, directions in LPS."""

    values: np.ndarray
    """[row, column], what the image means, before a vendor's way of storing it."""
    position: np.ndarray
    """Centre of the first pixel."""
    row: np.ndarray
    """Direction along a row."""
    column: np.ndarray
    """Direction along a column."""
    spacing: tuple[float, float]
    """Between rows, between columns."""
    slice_spacing: float
    stack: int = 1
    """Number of the orientation within the series."""
    place: int = 1
    """Number of the slice within its stack."""
    echo: int = 1
    """Which of the protocol's echo times, from 1."""
    b_value: int | None = None
    """s/mm²."""
    component: str = "M"
    """M, R, I or P: magnitude, real, imaginary or phase."""

    def showing(self, values: np.ndarray, **what: object) -> "Frame":
        """Another image at the same place."""
        return replace(self, values=values, **what)


def frames_of(volume: Volume, slice_axis: int | None = None, stack: int = 1) -> list[Frame]:
    """The slices of a volume, from right to left, front to back or bottom to top."""
    slices = volume.slice_axis() if slice_axis is None else slice_axis
    assert_rectangular(volume.affine)
    directions = RAS_TO_LPS @ (volume.affine[:3, :3] / np.linalg.norm(volume.affine[:3, :3], axis=0))
    across = int(np.abs(directions[:, slices]).argmax())
    right, down = VIEWS[across]
    others = [axis for axis in range(3) if axis != slices]
    along_row, along_column = sorted(others, key=lambda axis: -abs(directions[:, axis] @ right))
    ascending = np.eye(3)[across]
    for axis, wanted in ((along_row, right), (along_column, down), (slices, ascending)):
        if directions[:, axis] @ wanted < 0:
            volume = volume.flipped(axis)

    steps = RAS_TO_LPS @ volume.affine[:3, :3]
    origin = RAS_TO_LPS @ volume.affine[:3, 3]
    lengths = np.linalg.norm(steps, axis=0)
    return [
        Frame(
            values=values,
            position=origin + number * steps[:, slices],
            row=steps[:, along_row] / lengths[along_row],
            column=steps[:, along_column] / lengths[along_column],
            spacing=(float(lengths[along_column]), float(lengths[along_row])),
            slice_spacing=float(lengths[slices]),
            stack=stack,
            place=number + 1,
        )
        for number, values in enumerate(volume.voxels.transpose(slices, along_column, along_row))
    ]


def assert_rectangular(affine: np.ndarray) -> None:
    """DICOM has no words for a sheared grid."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    shear = np.abs(directions.T @ directions - np.eye(3)).max()
    if not shear < 1e-4:
        raise ValueError(f"The axes of the volume are not perpendicular (cosine {shear:.4g}): DICOM cannot hold it.")
