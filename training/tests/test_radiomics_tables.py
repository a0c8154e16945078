import csv
from pathlib import Path

import numpy as np
import pytest

from hepatrain.radiomics.feature_rows import digests, rows_of
from hepatrain.radiomics.folds import FOLDS, assign_folds
from hepatrain.radiomics.tables import FeatureTable, join, read_tables, split_disagreements, table_of
from hepatrain.vocabulary import STAGES

TABLES = Path(__file__).parents[3] / "shared/data/cirrmri600plus/radiomics"

needs_tables = pytest.mark.skipif(not TABLES.is_dir(), reason="the real feature tables are not at ../shared/data")


def read_table(path: Path, sequence: str) -> FeatureTable:
    return table_of(rows_of(path, sequence, shared=False), sequence)


def write_table(path: Path, patients: range, signal: float, seed: int = 0, **cells: str) -> Path:
    """Imaginary patients whose first features follow the stage, with units as wide as PyRadiomics' own."""
    rng = np.random.default_rng(seed)
    names = [f"original_{group}_F{i}" for group in ("shape", "firstorder", "glcm") for i in range(4)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient_id", "stage", "age_years", "gender", "official_split", *names])
        for patient in patients:
            grade = patient % 3
            values = rng.standard_normal(len(names)) + signal * grade * (np.arange(len(names)) % 4 == 0)
            values = values * np.logspace(-2, 3, len(names))
            values[4] = np.exp(values[4] + 20)
            values[5] = values[4] * 2
            row = dict(zip(names, map(str, values), strict=True))
            split = ("train", "train", "train", "valid", "test")[patient // 3 % 5]
            facts = {"stage": STAGES[grade], "age_years": "50", "gender": "FM"[patient % 2], "official_split": split}
            line = {"patient_id": str(patient), **facts, **row}
            if patient == patients[0]:
                line |= cells
            writer.writerow(line.values())
    return path


def write_tables(folder: Path, signal: float = 1.5) -> Path:
    write_table(folder / "t1w.csv", range(0, 60), signal, seed=1)
    write_table(folder / "t2w.csv", range(9, 69), signal, seed=2)
    return folder


def test_a_table_is_read_as_arrays(tmp_path):
    table = read_table(write_table(tmp_path / "t1w.csv", range(30), 1.0), "T1W")
    assert table.patients[:2] == ("0", "1")
    assert table.stages[:4].tolist() == [0, 1, 2, 0]
    assert table.clinical[:2].tolist() == [[50, 1], [50, 0]]
    assert table.features.shape == (30, 12)
    assert table.names[0] == ("T1W", "original_shape_F0")
    few = table.group("shape and first-order")
    assert [name for _, name in few.names] == [name for _, name in table.names[:8]]
    assert np.array_equal(few.inputs(True)[:, :8], table.features[:, :8])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"stage": "bad"}, "t1w.csv, patient 0: stage is 'bad', expected one of mild, moderate, severe."),
        ({"gender": "2"}, "t1w.csv, patient 0: gender is '2', expected one of F, M."),
        ({"age_years": ""}, "t1w.csv, patient 0, age_years: '' is no finite number."),
        ({"original_shape_F1": "nan"}, "t1w.csv, patient 0, original_shape_F1: 'nan' is no finite number."),
        ({"patient_id": "7"}, "t1w.csv: patient 7 has more than one row of T1W."),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, cells, message):
    with pytest.raises(ValueError) as raised:
        read_table(write_table(tmp_path / "t1w.csv", range(9), 1.0, **cells), "T1W")
    assert str(raised.value) == message


def test_a_table_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Give the folder that holds t1w\.csv and t2w\.csv"):
        read_tables(tmp_path)
    (tmp_path / "t1w.csv").write_text("patient_id,stage\n1,mild\n")
    with pytest.raises(ValueError, match=r"t1w\.csv: no feature column"):
        read_table(tmp_path / "t1w.csv", "T1W")
    (tmp_path / "t1w.csv").write_text("name,stage\n1,mild\n")
    with pytest.raises(ValueError, match=r"t1w\.csv: no column study or patient_id"):
        read_table(tmp_path / "t1w.csv", "T1W")


def write_one_file(path: Path, folder: Path, patients: dict[str, str] | None = None) -> Path:
    """The tables of a folder as `hepastage features` writes them."""
    lines, names = [], []
    for sequence in ("T1W", "T2W"):
        with (folder / f"{sequence.lower()}.csv").open(newline="") as file:
            reader = csv.DictReader(file)
            names = [name for name in reader.fieldnames or () if name.startswith("original_")]
            for row in reader:
                study = f"s{row['patient_id']}"
                patient = (patients or {}).get(study, row["patient_id"])
                lines.append([study, sequence, row["stage"], "train", patient, "", *(row[name] for name in names)])
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["study", "sequence", "stage", "split", "patient", "fold", *names], *lines])
    return path


def test_one_file_of_both_sequences_is_the_same_without_age_gender_and_official_split(tmp_path):
    of_folder = read_tables(write_tables(tmp_path))
    file = write_one_file(tmp_path / "features.csv", tmp_path)
    of_file = read_tables(file)
    for name, table in of_folder.items():
        assert of_file[name].patients == table.patients
        assert np.array_equal(of_file[name].features, table.features)
        assert (table.has_clinical, of_file[name].has_clinical) == (True, False)
        assert of_file[name].inputs(True).shape == table.features.shape
    assert of_folder["T1W"].has_split and not of_file["T1W"].has_split
    assert len(set(digests(file).values())) == 1


def test_one_file_is_refused_for_a_study_or_patient_twice_and_a_sequence_that_is_none(tmp_path):
    write_tables(tmp_path)
    file = write_one_file(tmp_path / "features.csv", tmp_path)
    content = file.read_text()
    file.write_text(content + content.splitlines()[1] + "\n")
    with pytest.raises(ValueError, match=r"features\.csv: study s0 has more than one row of T1W"):
        read_tables(file)
    write_one_file(file, tmp_path, {"s1": "0"})
    with pytest.raises(ValueError, match=r"features\.csv: patients with more than one row of T1W: 0\. Keep one study"):
        read_tables(file)
    file.write_text(content.replace("T2W", "T2"))
    with pytest.raises(ValueError, match="sequence is 'T2', expected one of T1W, T2W"):
        read_tables(file)
    file.write_text("\n".join(line for line in content.splitlines() if "T2W" not in line))
    with pytest.raises(ValueError, match="no row of a staged T2W volume"):
        read_tables(file)


def test_healthy_subjects_are_left_out(tmp_path):
    write_table(tmp_path / "t1w.csv", range(9), 1.0, stage="healthy")
    assert read_table(tmp_path / "t1w.csv", "T1W").patients == tuple(map(str, range(1, 9)))


def test_joined_tables_hold_the_patients_of_both(tmp_path):
    tables = read_tables(write_tables(tmp_path))
    both = tables["T1W+T2W"]
    assert both.patients == tuple(map(str, range(9, 60)))
    assert [sequence for sequence, _ in both.names] == ["T1W"] * 12 + ["T2W"] * 12
    assert np.array_equal(both.features[0, :12], tables["T1W"].features[9])
    assert np.array_equal(both.features[0, 12:], tables["T2W"].features[0])


def test_tables_that_disagree_on_a_stage_are_refused(tmp_path):
    one = read_table(write_table(tmp_path / "t1w.csv", range(9), 1.0), "T1W")
    other = read_table(write_table(tmp_path / "t2w.csv", range(9), 1.0, stage="severe"), "T2W")
    with pytest.raises(ValueError, match="another stage for patients 0"):
        join(one, other)


def test_folds_are_of_patients_and_even_within_stages(tmp_path):
    tables = read_tables(write_tables(tmp_path))
    folds = assign_folds(tables.values(), seed=3)
    assert folds == assign_folds(tables.values(), seed=3)
    assert folds != assign_folds(tables.values(), seed=4)
    assert set(folds) == {str(patient) for patient in range(69)}
    both = tables["T1W+T2W"]
    counts = np.zeros((FOLDS, 3))
    np.add.at(counts, ([folds[patient] for patient in both.patients], both.stages), 1)
    assert counts.max(0).tolist() == [4, 4, 4]
    assert counts.min(0).tolist() == [3, 3, 3]


@needs_tables
def test_the_real_tables_are_what_they_are_said_to_be():
    tables = read_tables(TABLES)
    assert {name: table.features.shape for name, table in tables.items()} == {
        "T1W": (310, 107),
        "T2W": (318, 107),
        "T1W+T2W": (291, 214),
    }
    assert tables["T1W"].group("shape and first-order").features.shape == (310, 32)
    assert np.bincount(tables["T1W"].stages).tolist() == [127, 109, 74]
    assert set(digests(TABLES)) == {"T1W", "T2W"}
    assert split_disagreements(tables) == 7
