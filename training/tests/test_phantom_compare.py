import csv
import json
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from hepatrain.phantoms import compare
from hepatrain.phantoms.glcm import glcm_features
from hepatrain.vocabulary import SEQUENCES, STAGES

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cirrmri600plus"


def test_glcm_of_a_checkerboard():
    volume = np.indices((4, 4, 4)).sum(0) % 2 * 10.0
    features = glcm_features(volume, np.ones(volume.shape, bool), 10)
    # Of 13 directions 3 go along one axis and 4 along all: neighbours differ there, and are equal in the 6 others.
    assert features["Contrast"] == pytest.approx(7 / 13)
    assert features["Idn"] == pytest.approx((6 + 7 / 1.5) / 13)
    assert features["Idmn"] == pytest.approx((6 + 7 / 1.25) / 13)


def test_a_mask_without_neighbours_is_refused():
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    with pytest.raises(ValueError, match="no two voxels"):
        glcm_features(np.ones((3, 3, 3)), mask, 1)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize(
    ("sequence", "patient", "name"), [("t1w", 5, "patient005-mild"), ("t2w", 3, "patient003-severe")]
)
def test_glcm_of_real_livers_is_that_of_the_published_tables(sequence, patient, name):
    row = next(
        row for row in compare.read_rows(REAL / "radiomics" / f"{sequence}.csv") if int(row["patient_id"]) == patient
    )
    volume = np.asarray(nib.load(REAL / "volumes" / f"{sequence}-{name}.nii.gz").dataobj)
    mask = np.asarray(nib.load(REAL / "volumes" / f"{sequence}-{name}.liver.nii.gz").dataobj) > 0
    for feature, value in glcm_features(volume, mask, compare.BIN_WIDTH).items():
        assert value == pytest.approx(float(row[f"original_glcm_{feature}"]), rel=1e-6), feature


def columns_of(rng: np.random.Generator, stage: int) -> dict[str, float]:
    shape = {
        "MeshVolume": 1.5e6 - 1e5 * stage + rng.normal(0, 1e4), "Sphericity": rng.uniform(0.5, 0.6),
        "SurfaceVolumeRatio": rng.uniform(0.06, 0.08),
        "Elongation": rng.uniform(0.5, 0.7), "Flatness": rng.uniform(0.3, 0.5), "MajorAxisLength": rng.normal(200, 9),
    }  # fmt: skip
    first = {
        "Variance": rng.uniform(300, 500), "Mean": 100, "Median": 100, "InterquartileRange": rng.uniform(20, 30),
        "Skewness": rng.normal(), "Kurtosis": rng.uniform(3, 4),
    }  # fmt: skip
    texture = {"Correlation": rng.uniform(), "Idn": rng.uniform()}
    families = {"shape": shape, "firstorder": first, "glcm": texture}
    return {f"original_{family}_{name}": value for family, of in families.items() for name, value in of.items()}


def write_csv(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_the_command_tells_medians_and_trends(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    phantoms, cohort = [], []
    for sequence in SEQUENCES:
        real = [{"stage": stage, **columns_of(rng, at)} for at, stage in enumerate(STAGES) for _ in range(8)]
        write_csv(tmp_path / f"{sequence.lower()}.csv", real)
        for at, stage in enumerate(STAGES):
            study = {"study": stage, "sequence": sequence, "stage": stage}
            measured = columns_of(rng, -at)
            phantoms.append({**study, **{name: measured[name] for name in measured if "glcm" not in name}})
            stem = f"{stage}-{sequence}"
            for end, voxels in (("", rng.integers(50, 90, (6, 6, 6))), ("-mask", np.ones((6, 6, 6)))):
                nib.save(nib.Nifti1Image(voxels.astype(np.int16), np.eye(4)), tmp_path / f"{stem}{end}.nii")
            cohort.append({**study, "image": f"{stem}.nii", "liver_mask": ""})
            cohort.append({**study, "image": f"{stem}.nii", "liver_mask": f"{stem}-mask.nii"})
    write_csv(tmp_path / "features.csv", phantoms)
    write_csv(tmp_path / "cohort.csv", cohort)
    arguments = ["--tables", "", "--features", "features.csv", "--cohort", "cohort.csv", "--out", "out/figure.png"]
    arguments += ["--processes", "1"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    compare.main()
    table = json.loads((tmp_path / "out" / "figure.json").read_text())
    volumes = table["T1W"]["MeshVolume, litres"]
    assert volumes["real"]["spearman"] < -0.9
    assert volumes["phantom"]["spearman"] > 0.9
    assert volumes["real"]["mild"]["median"] == pytest.approx(1.5, abs=0.03)
    assert 0 < table["T2W"]["GLCM Idn"]["phantom"]["severe"]["median"] < 1
    assert (tmp_path / "out" / "figure.png").read_bytes().startswith(b"\x89PNG")
    lines = (tmp_path / "out" / "figure.md").read_text().splitlines()
    assert len(lines) == 2 + 2 * len(SEQUENCES) * len(compare.MEASURES | compare.TEXTURE)
    assert any(line.startswith("| T2W | Sphericity | phantom | 0.5") for line in lines)


def test_an_unknown_stage_is_refused(tmp_path):
    write_csv(tmp_path / "features.csv", [{"study": "a", "stage": "worse"}])
    with pytest.raises(ValueError, match="line 2: stage 'worse'; expected one of mild"):
        compare.read_rows(tmp_path / "features.csv")


def test_features_of_another_cohort_are_refused(tmp_path):
    write_csv(tmp_path / "cohort.csv", [{"study": "a", "sequence": "T1W", "stage": "mild", "liver_mask": ""}])
    with pytest.raises(ValueError, match="no row with a liver mask for b"):
        compare.add_texture([{"study": "b", "sequence": "T1W"}], tmp_path / "cohort.csv", {}, 1)
