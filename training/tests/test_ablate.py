import csv
import json
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from hepatrain import ablate as command
from hepatrain.ablation import radiomics
from hepatrain.ablation.grid import read_grid
from hepatrain.ablation.radiomics import forest_answers
from hepatrain.ablation.table import markdown, page, rows_of, sequence_rows
from hepatrain.data.studies import read_studies
from hepatrain.predictions import PredictionTable
from tests.conftest import write_prepared
from tests.made_up import answers

STAGES = ("mild", "moderate", "severe")
GRID = {
    "base": {
        "network": {"widths": [8, 8, 8, 8, 8], "fused": 8, "token": 8},
        "training": {"coarse_epochs": 0, "epochs": 1, "studies_per_step": 6, "slices_per_volume": 1},
    },
    "rows": {
        "full": {},
        "pooling mean": {"network": {"pooling": "mean"}},
        "T1W only": {"training": {"sequences": "T1W"}},
    },
}


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(radiomics, "TREES", 20)


@pytest.fixture
def prepared(tmp_path):
    splits = ["train"] * 12 + ["valid"] * 3 + ["test"] * 9
    names = [(f"s{n:02}", STAGES[n % 3], split) for n, split in enumerate(splits)]
    return write_prepared(tmp_path / "prepared", names, 2)


def write_grid(folder, grid):
    path = folder / "grid.json"
    path.write_text(json.dumps(grid))
    return path


def test_the_shipped_grid_turns_off_every_part():
    grid = {v.name: v for v in read_grid(command.Path(__file__).parents[1] / "configs/ablation-grid.json")}
    full = grid["full"]
    assert len({(v.network, v.training) for v in grid.values()}) == len(grid) >= 11
    assert grid["no fusion"].network.fusion is False
    assert grid["no fusion"].training == full.training
    assert grid["T2W only"].training.sequences == "T2W"
    assert full.seeded(3).seed == 3


@pytest.mark.parametrize(
    ("change", "message"),
    (
        ({"rows": {"other": {}}}, "a row named full"),
        ({"rows": {"full": {"network": {"token": 8}}}}, "the row full is the base itself"),
        ({"rows": {"full": {}, "a": {}}}, "grid.json, a: nothing differs"),
        ({"rows": {"full": {}, "a": {"network": {"fuse": 1}}}}, "grid.json, a, network: fuse is unknown"),
        ({"rows": {"full": {}, "a": {"net": {}}}}, "expected the keys network and training"),
        ({"rows": {"full": {}, "radiomics": {"network": {"fusion": False}}}}, "radiomics: the name is taken"),
        ({"rows": {"full": {}, "a b": {"network": {"fusion": False}}, "a-b": {}}}, "a-b: the name is taken"),
    ),
)
def test_a_grid_is_strict(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        read_grid(write_grid(tmp_path, {**GRID, **change}))


def test_the_command_runs_a_grid_once_and_writes_its_table(prepared, tmp_path, monkeypatch, capsys):
    write_grid(tmp_path, GRID)
    write_features(tmp_path / "features", prepared)
    monkeypatch.chdir(tmp_path)

    def call(*more):
        words = ["--prepared", "prepared", "--grid", "grid.json", "--run", "run", "--cohort", "made-up studies"]
        words += ["--seeds", "1", "2"]
        monkeypatch.setattr(sys, "argv", ["ablate", *words, *more])
        command.main()
        return capsys.readouterr().out

    assert call("--dry-run").count("to do") == 6
    monkeypatch.setattr(command, "run_all", lambda task, calls, _: [task(*one) for one in calls])
    call("--features", "features", "--out", "out/ablation.json", "--markdown", "out/ablation.md")
    assert call("--dry-run").count("done") == 6

    content = json.loads((tmp_path / "out/ablation.json").read_text())
    rows = {(row["name"], row["input"]): row for row in content["rows"]}
    assert len(rows) == 3 + 3 + 1 + 3  # a network of T1W answers for T1W only
    assert {(row["name"], row["input"]) for row in content["oneSequence"]} == {
        *(("full", "T1W"), ("full", "T2W"), ("T1W only", "T1W"))
    }
    assert content["measuredOn"] == "made-up studies"
    # Brightness tells the stage, and the mean brightness is a feature.
    assert rows["radiomics", "T1W"]["figures"]["accuracy"]["value"] == 1
    text = (tmp_path / "out/ablation.md").read_text()
    assert "**Measured on made-up studies.**" in text
    assert content["command"] in text

    # What is done is not done again; what has changed is.
    calls = []
    monkeypatch.setattr(command, "run_all", lambda task, todo, _: calls.extend(todo))
    call()
    assert calls == []
    grid = {**GRID, "rows": {**GRID["rows"], "pooling mean": {"network": {"pooling": "max"}}}}
    write_grid(tmp_path, grid)
    assert call("--dry-run").count("to do") == 2


def write_features(folder, prepared):
    folder.mkdir()
    for sequence in ("T1W", "T2W"):
        with (folder / f"{sequence.lower()}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("study", "stage", "original_firstorder_Mean", "original_shape_Sphericity"))
            for study in read_studies(prepared):
                mean = study.volume(sequence, "liver").read().mean()
                writer.writerow((study.name, STAGES[study.stage], mean, 0.5))


def test_a_part_that_matters_costs_and_one_that_does_not_shows_nothing():
    runs = {
        "full": [answers(60, right=0.8, seed=seed) for seed in range(2)],
        "same": [answers(60, right=0.8, seed=seed) for seed in range(3, 5)],
        "worse": [answers(60, right=0.4, seed=seed) for seed in range(6, 8)],
        "better": [answers(60, right=0.99, seed=seed) for seed in range(9, 11)],
    }
    rows = {(row.name, row.input): row for row in rows_of(runs)}
    for name in ("T1W", "T2W", "T1W+T2W"):
        assert rows["full", name].verdict == ""
        assert rows["same", name].verdict == "no difference shown"
        assert rows["worse", name].verdict == "costs"
        assert rows["better", name].verdict == "gains"
        worse = rows["worse", name]
        by_hand = worse.figures["accuracy"].value - rows["full", name].figures["accuracy"].value
        assert worse.differences["accuracy"].value == pytest.approx(by_hand)
        assert worse.figures["accuracy"].lower < worse.figures["accuracy"].value < worse.figures["accuracy"].upper
    assert "| worse | T1W | 60 |" in markdown(rows.values())
    words = page([*rows.values()], [], "tests", "command", [1, 2, 3])
    assert "**Costs:** worse (T1W), worse (T2W), worse (T1W+T2W). **Costs log loss:** none. **Gains:** better" in words
    assert "no difference shown" in words


def test_one_sequence_is_held_against_both():
    full, other = ([answers(80, right=0.8, seed=seed) for seed in seeds] for seeds in (range(2), range(2, 4)))
    guesses = [answers(80, right=0.4, seed=seed) for seed in range(4, 6)]
    # The full network knows less from T2W, and a network of T1W has seen nothing else.
    full = [concatenated(a.where(a.input != "T2W"), b.whole("T2W")) for a, b in zip(full, guesses, strict=True)]
    t1w_only = [table.whole("T1W") for table in other]
    rows = {(row.name, row.input): row for row in sequence_rows({"full": full, "same": full, "T1W only": t1w_only})}
    assert {key: row.verdict for key, row in rows.items()} == {
        ("full", "T1W"): "no difference shown",
        ("full", "T2W"): "costs",
        ("T1W only", "T1W"): "no difference shown",
    }
    assert {row.against for row in rows.values()} == {"T1W+T2W"}
    words = page(rows_of({"full": full, "other": other}), [*rows.values()], "tests", "command", [1, 2])
    assert "| full | T2W | 80 |" in words
    assert "**Costs:** full (T2W). **Costs log loss:** none." in words


def concatenated(*tables):
    columns = {f.name: np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(PredictionTable)}
    return PredictionTable(**columns)


def test_what_accuracy_does_not_show_log_loss_may():
    sure = [answers(80, right=0.8, seed=seed) for seed in range(2)]
    # The same answers, said with far too much confidence.
    powers = [table.probabilities**6 for table in sure]
    pairs = zip(sure, powers, strict=True)
    brash = [replace(table, probabilities=power / power.sum(1, keepdims=True)) for table, power in pairs]
    for name, verdict in (("brash", "costs log loss"), ("full", "")):
        row = {row.name: row for row in rows_of({"full": sure, "brash": brash})}[name]
        assert row.verdict == verdict
    row = rows_of({"full": brash, "other": sure})[-1]
    assert (row.differences["accuracy"].value, row.verdict) == (0, "gains log loss")


def test_seeds_widen_intervals():
    tables = [answers(60, right=right, seed=1) for right in (0.5, 0.7, 0.9)]
    alike, apart = (rows_of({"full": runs})[0].figures["accuracy"] for runs in ([tables[1]] * 3, tables))
    assert apart.upper - apart.lower > 1.2 * (alike.upper - alike.lower)


def test_features_of_other_studies_are_refused(prepared, tmp_path):
    folder = tmp_path / "features"
    write_features(folder, prepared)
    table = forest_answers(folder, read_studies(prepared), seed=1)
    assert np.array_equal(table.probabilities, forest_answers(folder, read_studies(prepared), seed=1).probabilities)
    content = (folder / "t2w.csv").read_text()
    (folder / "t2w.csv").write_text(content.replace("s", "x"))
    with pytest.raises(ValueError, match=r"t2w\.csv: no column study or patient_id, stage"):
        forest_answers(folder, read_studies(prepared), seed=1)
    (folder / "t2w.csv").write_text(content.replace("\ns", "\nx"))
    with pytest.raises(ValueError, match="no features of a training study, or none of a test study, with T2W"):
        forest_answers(folder, read_studies(prepared), seed=1)
