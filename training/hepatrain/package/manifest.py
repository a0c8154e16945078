"""`manifest.json`: the canonical JSON of hepastage.v1.ModelManifest (proto/hepastage/v1/model.proto)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from hepatrain.calibrate import Calibration
from hepatrain.metrics import Metric
from hepatrain.package.export import OPSET
from hepatrain.package.files import ENCODERS, GOLDEN, MANIFEST, STAGER
from hepatrain.package.label import Label
from hepatrain.vocabulary import SEQUENCES, STAGES

WARNINGS = ("MODEL_NOT_CLINICALLY_VALIDATED",)
"""True of everything that is built here, whatever the cohort."""

FRAMEWORKS = ("torch", "onnxscript", "onnxruntime")


@dataclass(frozen=True)
class Origin:
    """What training leaves beyond the graphs."""

    preprocessing: dict[str, dict[str, float]]
    """By sequence."""
    calibration: Calibration
    trained_on: str
    revision: str
    """Of the code that trained it."""
    precision: str = "float32"
    """Of the graphs' interior."""


def manifest_of(label: Label, origin: Origin, metrics: Iterable[Metric], created: datetime) -> dict:
    """The manifest, its list of files still empty."""
    return {
        "name": label.name,
        "version": label.version,
        "kind": "DEEP",
        "stages": list(STAGES),
        "sequences": [
            {"sequence": s, "encoder": ENCODERS[s], "preprocessing": origin.preprocessing[s]} for s in SEQUENCES
        ],
        "stager": STAGER,
        "golden": GOLDEN,
        "files": [],
        "opset": OPSET,
        "precision": origin.precision.upper(),
        "calibration": {
            "method": "temperature",
            "temperature": round(origin.calibration.temperature, 6),
            "fittedOn": origin.calibration.fitted_on,
        },
        "stageSets": origin.calibration.stage_sets,
        "distribution": origin.calibration.distribution,
        "provenance": {
            "trainedOn": origin.trained_on,
            "licence": label.licence,
            "revision": origin.revision,
            "command": label.rebuild,
            "createdAt": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "frameworks": [f"{name} {version(name)}" for name in FRAMEWORKS],
        },
        "metrics": [message_of(metric) for metric in metrics],
        "intendedUse": label.intended_use,
        "warnings": list(WARNINGS),
    }


def message_of(metric: Metric) -> dict:
    """A Metric message: bounds that were not measured are left out."""
    return {name: value for name, value in asdict(metric).items() if value is not None}


def describe_file(path: Path) -> dict[str, str | int]:
    """A ModelFile message."""
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_manifest(folder: Path, manifest: dict) -> None:
    """List every other file of the folder and write the manifest: the last step, because it seals the package."""
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    sealed = {**manifest, "files": [describe_file(path) for path in files]}
    # NaN is no JSON: a reader would refuse the whole package.
    text = json.dumps(sealed, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n")
