import csv
from itertools import pairwise
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from hepatrain.phantoms.__main__ import LONE_STUDY
from hepatrain.phantoms.acquisition import GRIDS
from hepatrain.phantoms.anatomy import sample_anatomy
from hepatrain.phantoms.cohort import COLUMNS, make_cohort, split_counts, stages_of
from hepatrain.phantoms.study import make_study, write_study
from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "phantoms"


@pytest.fixture(scope="module")
def studies():
    return {stage: make_study(stage, (5,)) for stage in STAGES}


def test_the_same_seed_gives_the_same_bytes(tmp_path, studies):
    for folder in ("a", "b"):
        write_study(make_study("mild", (5,)), tmp_path / folder)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    other = make_study("mild", (6,))
    assert not np.array_equal(other.scans["T1W"].image, studies["mild"].scans["T1W"].image)


def test_a_lone_study_shares_no_stream_with_a_cohort():
    def first_values(*seed: int) -> tuple[float, ...]:
        return tuple(np.random.default_rng(seed).random(4))

    assert first_values(7) == first_values(7, 0, 0)  # why the seed alone won't do
    members = {first_values(7, split, number) for split in range(len(SPLITS)) for number in range(700)}
    assert first_values(7, *LONE_STUDY) not in members


@pytest.mark.parametrize("stage", ("mild", "severe"))
def test_the_studies_that_the_repository_ships_can_be_made_again(tmp_path, stage):
    write_study(make_study(stage, (20260101, *LONE_STUDY)), tmp_path)
    for file in tmp_path.iterdir():
        shipped, again = nib.load(FIXTURES / stage / file.name), nib.load(file)
        np.testing.assert_array_equal(shipped.affine, again.affine)
        np.testing.assert_array_equal(np.asarray(shipped.dataobj), np.asarray(again.dataobj))


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_files_are_valid_nifti(tmp_path, studies, sequence):
    write_study(studies["severe"], tmp_path)
    image = nib.load(tmp_path / f"{sequence.lower()}.nii.gz")
    mask = nib.load(tmp_path / f"{sequence.lower()}_liver_mask.nii.gz")
    assert image.shape == mask.shape == GRIDS[sequence].dims
    assert image.get_data_dtype() == np.int16
    np.testing.assert_allclose(image.affine, studies["severe"].scans[sequence].affine, atol=1e-3)
    np.testing.assert_array_equal(image.affine, mask.affine)
    voxels = np.asarray(image.dataobj)
    assert voxels.min() >= 0
    assert voxels.std() > 0
    assert np.unique(np.asarray(mask.dataobj)).tolist() == [0, 1]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_the_liver_is_on_the_right_and_whole(studies, stage, sequence):
    scan = studies[stage].scans[sequence]
    voxels = np.argwhere(scan.liver_mask)
    world = voxels @ scan.affine[:3, :3].T + scan.affine[:3, 3]
    assert world[:, 0].mean() > 20  # mm, RAS
    litres = len(voxels) * abs(np.linalg.det(scan.affine[:3, :3])) / 1e6
    assert 0.7 < litres < 3.2
    for axis in range(3):
        assert voxels[:, axis].min() > 0
        assert voxels[:, axis].max() < scan.image.shape[axis] - 1


def test_every_sign_follows_the_stage_and_overlaps():
    rng = np.random.default_rng(0)
    sample = {stage: [sample_anatomy(stage, rng) for _ in range(300)] for stage in STAGES}
    for sign in ("nodularity", "fibrosis", "spleen_size", "caudate", "ascites", "portal_radius"):
        values = [np.array([getattr(anatomy, sign) for anatomy in sample[stage]]) for stage in STAGES]
        means = [value.mean() for value in values]
        assert means[0] < means[1] < means[2], sign
        for milder, worse in pairwise(values):
            assert milder.max() >= worse.min(), sign


def test_splits_hold_every_study_once(tmp_path):
    table = make_cohort(tmp_path, studies=4, seed=3, processes=1)
    rows = list(csv.DictReader(table.open()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 4 * 4
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row["study"], set()).add(row["split"])
        assert (tmp_path / row["image"]).exists()
        assert (row["variant"] == "liver") == bool(row["liver_mask"])
    assert all(len(of_study) == 1 for of_study in splits.values())


def test_counts_add_up_and_stages_are_shared_out():
    for studies in (1, 7, 480):
        assert sum(split_counts(studies).values()) == studies
    for split in SPLITS:
        stages = stages_of(split, 110, seed=1)
        assert [stages.count(stage) for stage in STAGES] == [44, 33, 33]
