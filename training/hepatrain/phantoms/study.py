"""One phantom study: a patient, scanned with both sequences, as NIfTI files."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np

from hepatrain.phantoms.acquisition import Scan, acquire, sample_field
from hepatrain.phantoms.anatomy import sample_anatomy
from hepatrain.vocabulary import SEQUENCES


@dataclass(frozen=True)
class Study:
    """A patient's scans by sequence."""

    stage: str
    scans: dict[str, Scan]


def make_study(stage: str, seed: tuple[int, ...]) -> Study:
    """A random study of a stage: the same seed gives the same voxels."""
    rng = np.random.default_rng(seed)
    anatomy = sample_anatomy(stage, rng)
    field = sample_field(rng)
    return Study(stage, {sequence: acquire(anatomy, sequence, field, rng) for sequence in SEQUENCES})


def write_nifti(path: Path, voxels: np.ndarray, scan: Scan) -> None:
    """Write one .nii.gz; its bytes depend on nothing but its content."""
    image = nib.Nifti1Image(voxels, scan.affine)
    image.header.set_xyzt_units("mm")
    image.set_qform(scan.affine, code=1)
    image.set_sform(scan.affine if scan.has_sform else None, code=1 if scan.has_sform else 0)
    path.write_bytes(gzip.compress(image.to_bytes(), compresslevel=6, mtime=0))


def write_study(study: Study, folder: Path, prefix: str = "") -> None:
    """Write image and liver mask of both sequences: `<prefix>t1w.nii.gz`, `<prefix>t1w_liver_mask.nii.gz`, …"""
    folder.mkdir(parents=True, exist_ok=True)
    for sequence, scan in study.scans.items():
        name = f"{prefix}{sequence.lower()}"
        write_nifti(folder / f"{name}.nii.gz", scan.image, scan)
        write_nifti(folder / f"{name}_liver_mask.nii.gz", scan.liver_mask, scan)
