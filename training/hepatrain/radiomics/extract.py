"""`python -m hepatrain.radiomics.extract`: a feature table from volumes and liver masks, computed by MIRP.

As PyRadiomics by default: bins of 25 counted from a multiple of 25, no resampling, no normalisation, texture in three
dimensions, averaged over directions. Needs `requirements-radiomics.txt`.
"""

import argparse
import csv
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from hepatrain.radiomics.ibsi import COUNTERPARTS

BIN_WIDTH = 25.0
"""Of grey levels, in the image's own unit."""
FAMILIES = ("morphology", "statistics", "intensity_histogram", "glcm", "glrlm", "glszm", "ngtdm", "ngldm")
COLUMNS = ("study", "patient_id", "sequence", "stage")
NEEDED = ("study", "sequence", "image", "liver_mask", "stage")


def load_mirp() -> Callable[..., Any]:
    """MIRP's `extract_features`; only here is it needed, because it brings half a gigabyte along."""
    try:
        from mirp import extract_features
    except ImportError as error:
        raise ImportError(
            "Extracting features needs MIRP, which is not installed: pip install -r requirements-radiomics.txt"
        ) from error
    return extract_features


def grey_range(image: Path, mask: Path) -> tuple[float, float]:
    """Where bins begin, and the largest intensity in the mask. Raises ValueError for a mask that does not fit."""
    voxels, inside = (np.asanyarray(nibabel.load(path).dataobj) for path in (image, mask))
    if voxels.shape != inside.shape:
        raise ValueError(
            f"{mask.name} is {inside.shape}, {image.name} is {voxels.shape}: a mask is on its image's grid."
        )
    labels = np.unique(inside)
    if not (len(labels) <= 2 and labels[-1] == 1 and labels[0] in (0, 1)):
        raise ValueError(f"{mask.name} holds {labels[:5].tolist()}, expected 0 and 1, and some 1.")
    liver = voxels[inside == 1]
    return float(np.floor(liver.min() / BIN_WIDTH) * BIN_WIDTH), float(liver.max())


def features_of(image: Path, mask: Path) -> dict[str, float]:
    """Features of one volume by PyRadiomics' names."""
    extract = load_mirp()
    logging.getLogger("mirp").setLevel(logging.WARNING)
    (table,) = extract(
        image=str(image),
        mask=str(mask),
        image_modality="mr",
        mask_modality="generic_mask",
        resegmentation_intensity_range=list(grey_range(image, mask)),
        base_discretisation_method="fixed_bin_size",
        base_discretisation_bin_width=BIN_WIDTH,
        base_feature_families=list(FAMILIES),
        glcm_spatial_method="3d_average",
        glrlm_spatial_method="3d_average",
        num_cpus=1,
    )
    return renamed(dict(table.iloc[0]))


def renamed(computed: Mapping[str, Any]) -> dict[str, float]:
    """MIRP's features of one volume under PyRadiomics' names."""
    features = {name: float(computed[column_of(stem, computed)]) for name, stem in COUNTERPARTS.items()}
    voxel = np.prod([float(computed[f"image_voxel_size_{axis}"]) for axis in "xyz"])  # mm³
    # PyRadiomics' kurtosis is 3 for a normal distribution, the IBSI's is 0.
    features["original_firstorder_Kurtosis"] = float(computed["stat_kurt"]) + 3
    features["original_firstorder_TotalEnergy"] = features["original_firstorder_Energy"] * float(voxel)
    return dict(sorted(features.items(), key=lambda feature: tuple(feature[0].split("_"))))


def column_of(stem: str, computed: Mapping[str, Any]) -> str:
    """MIRP's column for a feature. What follows a stem tells how it was computed, and begins with a digit or `fbs`."""
    found = [
        column
        for column in computed
        if column == stem or (column.startswith(f"{stem}_") and column[len(stem) + 1 :].startswith(("d1", "3d", "fbs")))
    ]
    if len(found) != 1:
        raise ValueError(f"MIRP gave {len(found)} columns for {stem}, expected one. Is it mirp 2.7?")
    return found[0]


def read_cohort(path: Path) -> list[dict[str, str]]:
    """Rows of a `cohort.csv` that have a mask; paths in it are relative to it."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), reader.fieldnames or []
    missing = [column for column in NEEDED if column not in header]
    if missing:
        raise ValueError(f"{path.name}: no column {', '.join(missing)}. Expected {', '.join(NEEDED)}.")
    masked = [row for row in rows if row["liver_mask"]]
    if not masked:
        raise ValueError(f"{path.name}: no row has a liver_mask, and features are of the masked liver.")
    return masked


def extract_cohort(cohort: Path, out: Path, features: Callable[[Path, Path], dict[str, float]] = features_of) -> None:
    """Write one row for each volume with a mask."""
    lines = []
    for row in read_cohort(cohort):
        values = features(cohort.parent / row["image"], cohort.parent / row["liver_mask"])
        patient = row.get("patient") or row["study"]
        lines.append({**{name: row.get(name, "") for name in COLUMNS}, "patient_id": patient, **values})
        print(f"{row['study']}, {row['sequence']}: {len(values)} features", flush=True)
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def main() -> None:
    """Extract."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.radiomics.extract", description=__doc__)
    parser.add_argument("cohort", type=Path, help="cohort.csv, as `hepastage prepare` reads it")
    parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
    options = parser.parse_args()
    extract_cohort(options.cohort, options.out)


if __name__ == "__main__":
    main()
