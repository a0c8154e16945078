import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from hepatrain.package.label import Label
from hepatrain.package.manifest import describe_file
from hepatrain.radiomics import package
from hepatrain.radiomics.baseline import code_fingerprint
from hepatrain.radiomics.classifiers import families
from hepatrain.radiomics.comparison import NESTED
from hepatrain.radiomics.feature_rows import digests
from hepatrain.radiomics.graph import assert_parity, run_graph
from hepatrain.radiomics.shipped import chosen_family, fit
from hepatrain.radiomics.tables import read_tables
from hepatrain.vocabulary import INPUTS
from tests.test_radiomics_tables import write_tables

LABEL = Path(__file__).parents[1] / "radiomics-label.json"
SHIPPED = Path(__file__).parents[2] / "models/radiomics-cirrmri600plus"


def results(tables: Path, best: str) -> dict:
    rows = [
        {"sequence": sequence, "classifier": family.name, "features": "shape and first-order", "clinical": False}
        | {"protocol": NESTED, "patients": 60, "accuracy_interval": [0.4, 0.6]}
        | dict.fromkeys(package.FIGURES, 0.5)
        | {"log_loss": 0.9 if family.name == best else 1.0}
        for sequence in INPUTS
        for family in families()
    ]
    code = {"revision": "0", "fingerprint": code_fingerprint()}
    return {"tables": digests(tables), "data": "Made-up patients", "code": code, "rows": rows}


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    return write_tables(folder)


def test_a_package_is_whole_and_answers_as_its_golden_case(tmp_path, tables):
    best = "random forest"
    stored = tmp_path / "results.json"
    stored.write_text(json.dumps(results(tables, best)))
    out = tmp_path / "package"
    contents = []
    for _ in range(2):
        package.pack(tables, stored, Label.read(LABEL), out)
        contents.append({path.name: path.read_bytes() for path in out.iterdir()})
    graphs = [name for name in contents[0] if name.endswith(".onnx")]
    assert len(graphs) == 3
    assert all(contents[0][name] == contents[1][name] for name in [*graphs, "golden.json"])

    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["kind"] == "RADIOMICS"
    assert manifest["files"] == [describe_file(out / file["name"]) for file in manifest["files"]]
    assert {file["name"] for file in manifest["files"]} == set(contents[0]) - {"manifest.json"}
    assert manifest["provenance"]["trainedOn"].startswith("Made-up patients: 60 patients for T1W, ")
    accuracy = manifest["metrics"][0]
    assert (accuracy["name"], accuracy["lower"], accuracy["upper"]) == ("accuracy", 0.4, 0.6)
    assert best in (out / "MODEL_CARD.md").read_text()

    both = manifest["radiomics"]["classifiers"][2]
    assert both["sequences"] == ["T1W", "T2W"]
    sequences = [feature["sequence"] for feature in both["features"]]
    assert sequences == sorted(sequences)
    # Of the pair of which one is twice the other, only one is asked for.
    names = [feature["name"] for feature in manifest["radiomics"]["classifiers"][0]["features"]]
    assert len({"original_firstorder_F0", "original_firstorder_F1"} & set(names)) == 1
    assert not any("glcm" in name for name in names)

    golden = json.loads((out / "golden.json").read_text())
    for case in golden["cases"]:
        got = run_graph(out / case["graph"], np.array(case["features"]))
        assert np.abs(got - case["probabilities"]).max() <= golden["tolerance"]
        assert np.abs(np.ptp(got, axis=0)).max() > 0.01


def test_results_of_other_tables_are_refused(tmp_path, tables):
    stored = tmp_path / "results.json"
    stored.write_text(json.dumps({**results(tables, "random forest"), "tables": {"T1W": "0", "T2W": "0"}}))
    with pytest.raises(ValueError, match="The results are not of the tables"):
        package.pack(tables, stored, Label.read(LABEL), tmp_path / "package")
    assert not (tmp_path / "package").exists()


def test_results_of_other_code_are_refused(tmp_path, tables):
    stored = tmp_path / "results.json"
    for code in ({}, {"code": {"revision": "0", "fingerprint": "0"}}):
        of_tables = {key: value for key, value in results(tables, "random forest").items() if key != "code"}
        stored.write_text(json.dumps({**of_tables, **code}))
        with pytest.raises(ValueError, match="made by other code than today's"):
            package.pack(tables, stored, Label.read(LABEL), tmp_path / "package")


def test_parity_notices_another_graph(tmp_path, tables):
    table = read_tables(tables)["T1W"]
    family = chosen_family(results(tables, "logistic regression")["rows"])
    shipped = fit(family, table, 1)
    graph = tmp_path / "t1w.onnx"
    package.write_graph(shipped.pipeline, shipped.table.features.shape[1], graph)
    assert assert_parity(shipped.pipeline, graph, shipped.table.features) < 1e-5
    shipped.pipeline["classify"].intercept_ += np.array([0.01, 0, 0])
    with pytest.raises(ValueError, match=r"t1w\.onnx: scikit-learn and ONNX Runtime differ by"):
        assert_parity(shipped.pipeline, graph, shipped.table.features)


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no shipped radiomics package")
def test_the_shipped_package_answers_as_its_golden_case_and_names_no_machine():
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    assert manifest["files"] == [describe_file(SHIPPED / file["name"]) for file in manifest["files"]]
    golden = json.loads((SHIPPED / "golden.json").read_text())
    for case, classifier in zip(golden["cases"], manifest["radiomics"]["classifiers"], strict=True):
        assert case["graph"] == classifier["graph"]
        assert len(case["features"][0]) == len(classifier["features"])
        got = run_graph(SHIPPED / case["graph"], np.array(case["features"]))
        assert np.abs(got - case["probabilities"]).max() <= golden["tolerance"]
        model = onnx.load(SHIPPED / case["graph"])
        assert [output.name for output in model.graph.output] == ["probabilities"]
        assert not model.metadata_props and not model.doc_string
