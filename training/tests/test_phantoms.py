import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from hepatrain.phantoms import cohort
from hepatrain.phantoms.__main__ import LONE_STUDY
from hepatrain.phantoms.anatomy import sample_anatomy
from hepatrain.phantoms.cohort import COLUMNS, FOLDS, folds_of, make_cohort, split_counts, stages_of
from hepatrain.phantoms.foci import SHARE
from hepatrain.phantoms.grid import GRIDS
from hepatrain.phantoms.sequence import (
    TRANSVERSE,
    SpoiledGradientEcho,
    TurboSpinEcho,
    sample_sequence,
    water_and_fat,
)
from hepatrain.phantoms.study import make_study, write_study
from hepatrain.phantoms.tissue import FIELDS, TISSUES, Tissue, relaxation
from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "phantoms"


@pytest.fixture(scope="module")
def studies():
    return {stage: make_study(stage, (5,)) for stage in STAGES}


def test_the_same_seed_gives_the_same_bytes(tmp_path, studies):
    write_study(studies["mild"], tmp_path / "a")
    write_study(make_study("mild", (5,)), tmp_path / "b")
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
    assert image.shape == mask.shape
    assert image.shape in GRIDS[sequence].matrices
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
    for axis in range(2):  # along the third some scans stop short
        assert voxels[:, axis].min() > 0
        assert voxels[:, axis].max() < scan.image.shape[axis] - 1


def test_every_sign_follows_the_stage_and_overlaps():
    rng = np.random.default_rng(0)
    sample = {stage: [sample_anatomy(stage, rng) for _ in range(2000)] for stage in STAGES}
    signs = {
        "septa in T1W": lambda anatomy: anatomy.septa["T1W"],
        "septa in T2W": lambda anatomy: anatomy.septa["T2W"],
        "confluent fibrosis": lambda anatomy: sum(focus.tissue == "fibrosis" for focus in anatomy.foci),
    }
    for sign in ("nodularity", "spleen_size", "caudate", "ascites", "portal_radius", "collaterals"):
        signs[sign] = attrgetter(sign)
    for sign, measure in signs.items():
        values = [np.array([measure(anatomy) for anatomy in sample[stage]], float) for stage in STAGES]
        means = [value.mean() for value in values]
        assert means[0] < means[1] < means[2], sign
        for milder, worse in pairwise(values):
            # A pair's right order is far from sure: no sign is sufficient.
            right = (milder[:, None] < worse).mean() + (milder[:, None] == worse).mean() / 2
            assert 0.55 < right < 0.95, sign  # the severity itself: 0.98


def test_distractors_do_not_depend_on_the_stage():
    rng = np.random.default_rng(1)
    sample = {stage: [sample_anatomy(stage, rng) for _ in range(400)] for stage in STAGES}
    for tissue in ("lipid", "oedema", "siderosis", "fluid"):
        counts = [
            np.mean([sum(focus.tissue == tissue for focus in anatomy.foci) for anatomy in sample[stage]])
            for stage in STAGES
        ]
        # Poisson means of at most 1.1: five standard errors of the difference of two.
        assert max(counts) - min(counts) < 5 * np.sqrt(2 * 1.1 / 400), tissue


def test_only_both_sequences_tell_fibrosis_from_what_looks_like_it():
    rng = np.random.default_rng(2)
    for field in FIELDS:
        contrast = {}
        for sequence in SEQUENCES:
            pulse = replace(sample_sequence(sequence, rng), fat_left={"T1W": 0.2, "T2W": 1.0}[sequence])
            liver = pulse.signal(TISSUES["liver"], field, 1)
            for tissue, shares in SHARE.items():
                share = np.mean(shares)
                contrast[sequence, tissue] = share * (pulse.signal(TISSUES[tissue], field, 1) / liver - 1)
        assert contrast["T1W", "fibrosis"] < -0.1
        assert contrast["T2W", "fibrosis"] > 0.25
        assert contrast["T1W", "lipid"] < -0.1
        assert abs(contrast["T2W", "lipid"]) < contrast["T2W", "fibrosis"] / 3
        assert abs(contrast["T1W", "oedema"]) < 0.1
        assert contrast["T2W", "oedema"] > 0.25
        assert contrast["T2W", "siderosis"] < -0.2


def test_signal_equations_against_their_limits():
    tissue = Tissue((1000, 1000), (50, 50), 0.8)
    # Fully relaxed, 90 degrees, no echo time: all protons.
    assert SpoiledGradientEcho(1e6, 0, 90, 1).signal(tissue, 1.5, 0) == pytest.approx(0.8)
    assert TurboSpinEcho(1e6, 50 / TRANSVERSE, 1).signal(tissue, 3.0) == pytest.approx(0.8 / np.e)
    # The Ernst angle gives the most signal: acos(exp(-TR/T1)).
    ernst = np.rad2deg(np.arccos(np.exp(-4 / 1000)))
    signals = [SpoiledGradientEcho(4, 1, angle, 1).signal(tissue, 1.5, 0) for angle in (ernst - 1, ernst, ernst + 1)]
    assert max(signals) == signals[1]
    # Contrast agent: 1/T1 = 1 + 4.1 * 1 per second.
    assert relaxation(replace(tissue, gadolinium=1), 1.5, 1).t1 == pytest.approx(1000 / 5.1)
    assert water_and_fat(replace(tissue, lipid=1), 0.25) == pytest.approx(0.2)


def test_more_test_studies_leave_the_others_as_they_are(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(cohort, "make_study", lambda stage, seed: (stage, seed))
    monkeypatch.setattr(cohort, "write_study", lambda study, path: written.append((path.name, *study)))
    monkeypatch.setattr(cohort, "ProcessPoolExecutor", ThreadPoolExecutor)

    def members(**options):
        written.clear()
        make_cohort(tmp_path, studies=20, seed=3, processes=1, **options)
        return sorted(written)

    usual, many = members(), members(test=9)
    known = [member for member in usual if not member[0].startswith("test")]
    assert [member for member in many if not member[0].startswith("test")] == known
    assert len(known) == 16
    assert len(many) == 16 + 9


def test_splits_hold_every_study_once(tmp_path):
    table = make_cohort(tmp_path, studies=2, seed=3, processes=1)
    rows = list(csv.DictReader(table.open()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * 4
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row["study"], set()).add(row["split"])
        assert (tmp_path / row["image"]).exists()
        assert (row["variant"] == "liver") == bool(row["liver_mask"])
        assert row["patient"] == row["study"]
        assert 0 <= int(row["fold"]) < FOLDS
    assert all(len(of_study) == 1 for of_study in splits.values())


def test_counts_add_up_and_stages_are_shared_out():
    for studies in (1, 7, 480):
        assert sum(split_counts(studies).values()) == studies
    for split in SPLITS:
        stages = stages_of(split, 110, seed=1)
        assert [stages.count(stage) for stage in STAGES] == [44, 33, 33]


def test_folds_share_out_every_stage():
    stages = ["mild"] * 41 + ["moderate"] * 32 + ["severe"] * 30
    folds = np.array(folds_of(stages, seed=4))
    assert np.ptp(np.bincount(folds, minlength=FOLDS)) <= 1
    for stage in STAGES:
        of_stage = folds[np.array(stages) == stage]
        assert np.ptp(np.bincount(of_stage, minlength=FOLDS)) <= 1
    assert folds.tolist() != folds_of(stages, seed=5)
