"""`python -m hepatrain.radiomics.package`: the model package of kind RADIOMICS, trained on all rows of the tables.

No row of the tables goes into it: golden inputs are made from medians and percentiles.
"""

import argparse
import json
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import sklearn
import threadpoolctl

from hepatrain.package.files import CARD, GOLDEN
from hepatrain.package.label import Label
from hepatrain.package.manifest import write_manifest
from hepatrain.package.replace import replace_package, require_replaceable
from hepatrain.radiomics.baseline import code_fingerprint
from hepatrain.radiomics.card import card_of
from hepatrain.radiomics.feature_rows import digests
from hepatrain.radiomics.graph import OPSET, assert_parity, run_graph, write_graph
from hepatrain.radiomics.shipped import Shipped, chosen_family, fit, rows_to_ship
from hepatrain.radiomics.tables import read_tables
from hepatrain.revision import revision_of
from hepatrain.vocabulary import STAGES

GRAPHS = {"T1W": "t1w.onnx", "T2W": "t2w.onnx", "T1W+T2W": "t1w_t2w.onnx"}
SEED = 1
TOLERANCE = 1e-4
"""Of the golden case's probabilities, absolute."""
WARNINGS = ("MODEL_NOT_CLINICALLY_VALIDATED", "NON_COMMERCIAL_RESEARCH_ONLY")
FRAMEWORKS = ("scikit-learn", "skl2onnx", "onnxruntime")
FIGURES = (
    "accuracy",
    "majority_accuracy",
    "balanced_accuracy",
    "macro_f1",
    "quadratic_kappa",
    "auc_moderate_or_worse",
    "auc_severe",
    "auc_macro",
    "expected_calibration_error",
    "brier",
    "log_loss",
)
MAX_BYTES = 2 * 1024**2
"""Of the whole package."""


def significant(value: float) -> float:
    """Six significant digits: what float32 keeps."""
    return float(f"{value:.6g}")


def classifier_message(shipped: Shipped, graph: str) -> dict:
    """A classifier as the manifest describes it, with median, 1st and 99th percentile of each feature in training."""
    lower, median, upper = np.percentile(shipped.table.features, [1, 50, 99], axis=0)
    return {
        "sequences": shipped.table.sequence.split("+"),
        "graph": graph,
        "features": [
            {
                "sequence": sequence,
                "name": name,
                "median": significant(median[i]),
                "lower": significant(lower[i]),
                "upper": significant(upper[i]),
            }
            for i, (sequence, name) in enumerate(shipped.table.names)
        ],
    }


def golden_case(message: dict, folder: Path) -> dict:
    """Imaginary livers: the median one, and two in which features alternate between the middle and an extreme."""
    rows = []
    for towards in (("median", "median"), ("lower", "upper"), ("upper", "lower")):
        ends = [feature[towards[i % 2]] for i, feature in enumerate(message["features"])]
        medians = [feature["median"] for feature in message["features"]]
        rows.append([significant((end + median) / 2) for end, median in zip(ends, medians, strict=True)])
    probabilities = run_graph(folder / message["graph"], np.array(rows, np.float32))
    return {"graph": message["graph"], "features": rows, "probabilities": probabilities.tolist()}


def metrics_of(rows: list[dict], family: str, label: Label) -> list[dict]:
    """The nested cross-validation's figures of a family of classifiers, in the manifest's words."""
    metrics = []
    for row in rows_to_ship(rows):
        if row["classifier"] != family:
            continue
        shared = {"studies": row["patients"], "measuredOn": f"{label.cohort}, {row['protocol']}"}
        for name in FIGURES:
            ends = dict(zip(("lower", "upper"), row.get(f"{name}_interval", ()), strict=False))
            metric = {"name": name, "input": row["sequence"], "value": row[name], **shared, "command": label.measure}
            metrics.append({**metric, **ends})
    return metrics


def fill(folder: Path, tables: Path, results: dict, label: Label) -> None:
    """Write every file of the package, the manifest last."""
    if results["tables"] != digests(tables):
        raise ValueError(f"The results are not of the tables in {tables}: run hepatrain.radiomics.baseline again.")
    if results.get("code", {}).get("fingerprint") != code_fingerprint():
        raise ValueError("The results were made by other code than today's: run hepatrain.radiomics.baseline again.")
    family = chosen_family(results["rows"])
    messages, counts = [], []
    for sequence, table in read_tables(tables).items():
        shipped = fit(family, table, SEED)
        features = shipped.table.features
        graph = folder / GRAPHS[sequence]
        write_graph(shipped.pipeline, features.shape[1], graph)
        worst = assert_parity(shipped.pipeline, graph, features)
        print(f"{graph.name}: {family.name}, {features.shape[1]} features, parity {worst:.1e}", flush=True)
        messages.append(classifier_message(shipped, graph.name))
        counts.append(f"{len(table.patients)} patients for {sequence}")
    golden = {"tolerance": TOLERANCE, "cases": [golden_case(message, folder) for message in messages]}
    (folder / GOLDEN).write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")
    manifest = {
        "name": label.name,
        "version": label.version,
        "kind": "RADIOMICS",
        "stages": list(STAGES),
        "sequences": [],
        "golden": GOLDEN,
        "files": [],
        "opset": OPSET,
        "provenance": {
            "trainedOn": f"{results['data']}: {', '.join(counts)}.",
            "licence": label.licence,
            "revision": revision_of(Path(__file__).parent),
            "command": label.rebuild,
            "createdAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "frameworks": [f"{name} {version(name)}" for name in FRAMEWORKS],
        },
        "metrics": metrics_of(results["rows"], family.name, label),
        "intendedUse": label.intended_use,
        "warnings": list(WARNINGS),
        "precision": "FLOAT32",
        "radiomics": {"classifiers": messages},
    }
    (folder / CARD).write_text(card_of(manifest, label, family.name))
    write_manifest(folder, manifest)
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > MAX_BYTES:
        raise ValueError(f"The package has {size} bytes, more than {MAX_BYTES}: fewer or shallower trees are needed.")


def pack(tables: Path, results: Path, label: Label, out: Path) -> None:
    """Fill a fresh folder, then replace `out` as a whole: a reader never sees half of a package."""
    if not results.is_file():
        raise FileNotFoundError(f"There is no {results}. Run hepatrain.radiomics.baseline first: it chooses the kind.")
    require_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    quick = sklearn.config_context(skip_parameter_validation=True, assume_finite=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as work:
        fresh = Path(work) / out.name
        fresh.mkdir()
        with threadpoolctl.threadpool_limits(1), quick:
            fill(fresh, tables, json.loads(results.read_text()), label)
        replace_package(fresh, out)


def main() -> None:
    """Pack."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.radiomics.package", description=__doc__)
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder with t1w.csv and t2w.csv, or file of features"
    )
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--results", type=Path, default=Path("results/radiomics.json"), help="the baseline's JSON")
    parser.add_argument("--label", type=Path, default=Path("radiomics-label.json"), help="see hepatrain.package.label")
    options = parser.parse_args()
    pack(options.tables, options.results, Label.read(options.label), options.out)


if __name__ == "__main__":
    main()
