import csv
import sys
from importlib.util import find_spec
from pathlib import Path

import nibabel
import numpy as np
import pytest

from hepatrain.radiomics.extract import column_of, extract_cohort, features_of, grey_range, load_mirp
from hepatrain.radiomics.ibsi import COUNTERPARTS
from tests.test_radiomics_tables import TABLES

VOLUME = TABLES.parent / "volumes/t1w-patient005-mild.nii.gz"


def volume(path: Path, values: np.ndarray) -> Path:
    nibabel.save(nibabel.Nifti1Image(values.astype(np.int16), np.eye(4)), path)
    return path


def test_bins_begin_at_a_multiple_of_their_width(tmp_path):
    image = volume(tmp_path / "image.nii", np.arange(27).reshape(3, 3, 3) + 60)
    mask = volume(tmp_path / "mask.nii", np.arange(27).reshape(3, 3, 3) > 3)
    assert grey_range(image, mask) == (50, 86)


def test_a_mask_that_is_none_is_refused(tmp_path):
    image = volume(tmp_path / "image.nii", np.zeros((3, 3, 3)))
    with pytest.raises(ValueError, match=r"mask\.nii holds \[0\], expected 0 and 1"):
        grey_range(image, volume(tmp_path / "mask.nii", np.zeros((3, 3, 3))))
    with pytest.raises(ValueError, match=r"mask\.nii holds \[0, 2\], expected 0 and 1"):
        grey_range(image, volume(tmp_path / "mask.nii", np.eye(3)[:, :, None] * np.full(3, 2)))
    with pytest.raises(ValueError, match="a mask is on its image's grid"):
        grey_range(image, volume(tmp_path / "mask.nii", np.ones((3, 3, 2))))


def test_a_column_is_found_by_its_stem():
    columns = ["rlm_glnu_3d_avg_fbs_w25.0", "rlm_glnu_norm_3d_avg_fbs_w25.0", "stat_var"]
    computed = dict.fromkeys(columns, 1.0)
    assert column_of("rlm_glnu", computed) == columns[0]
    assert column_of("stat_var", computed) == "stat_var"
    with pytest.raises(ValueError, match=r"0 columns for cm_corr, expected one\. Is it mirp 2\.7\?"):
        column_of("cm_corr", computed)


def test_rows_with_masks_become_rows_of_features(tmp_path):
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(
        "study,sequence,variant,image,liver_mask,stage,split,patient\n"
        "s1,T1W,body,a.nii,,mild,train,p1\ns1,T1W,liver,a.nii,m.nii,mild,train,p1\n"
    )
    extract_cohort(cohort, tmp_path / "features.csv", lambda image, mask: {"original_shape_X": len(mask.name)})
    with (tmp_path / "features.csv").open() as file:
        assert list(csv.DictReader(file)) == [
            {"study": "s1", "patient_id": "p1", "sequence": "T1W", "stage": "mild", "original_shape_X": "5"}
        ]
    cohort.write_text("study,sequence,image,liver_mask,stage\ns1,T1W,a.nii,,mild\n")
    with pytest.raises(ValueError, match="no row has a liver_mask"):
        extract_cohort(cohort, tmp_path / "features.csv")


def test_without_mirp_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mirp", None)
    with pytest.raises(ImportError, match=r"pip install -r requirements-radiomics\.txt"):
        load_mirp()


@pytest.mark.skipif(not find_spec("mirp"), reason="mirp is not installed")
@pytest.mark.skipif(not VOLUME.is_file(), reason="the real volumes are not at ../shared/data")
def test_features_of_a_real_volume_are_the_tables_own():
    got = features_of(VOLUME, VOLUME.with_name("t1w-patient005-mild.liver.nii.gz"))
    with (TABLES / "t1w.csv").open() as file:
        wanted = next(row for row in csv.DictReader(file) if row["patient_id"] == "5")
    assert len(got) == len(COUNTERPARTS) + 2
    worst = {name: abs(value / float(wanted[name]) - 1) for name, value in got.items()}
    assert max(worst.values()) < 1e-3, worst
