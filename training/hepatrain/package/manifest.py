"""`manifest.json`: the canonical JSON of hepastage.v1.ModelManifest (proto/hepastage/v1/model.proto)."""

import hashlib
import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from hepatrain.evaluate import Metric
from hepatrain.package.export import OPSET
from hepatrain.package.files import ENCODERS, GOLDEN, MANIFEST, STAGER
from hepatrain.vocabulary import SEQUENCES, STAGES

INTENDED_USE = (
    "Research and integration testing only. Trained on synthetic phantoms: it knows nothing about patients and must "
    "not inform any diagnosis or treatment. Its stages are the phantoms' labels mild, moderate and severe, never "
    "Child-Pugh classes."
)

WARNINGS = ("MODEL_NOT_CLINICALLY_VALIDATED",)

FRAMEWORKS = ("torch", "onnxscript", "onnxruntime")


@dataclass(frozen=True)
class Identity:
    """What a build knows of its package beyond the graphs."""

    name: str
    version: str
    preprocessing: dict[str, dict[str, float]]
    """By sequence."""
    temperature: float
    fitted_on: str
    trained_on: str
    command: str
    """Rebuilds the package."""


def manifest_of(identity: Identity, metrics: Iterable[Metric], revision: str, created: datetime) -> dict:
    """The manifest, its list of files still empty."""
    return {
        "name": identity.name,
        "version": identity.version,
        "kind": "DEEP",
        "stages": list(STAGES),
        "sequences": [
            {"sequence": s, "encoder": ENCODERS[s], "preprocessing": identity.preprocessing[s]} for s in SEQUENCES
        ],
        "stager": STAGER,
        "golden": GOLDEN,
        "files": [],
        "opset": OPSET,
        "calibration": {
            "method": "temperature",
            "temperature": round(identity.temperature, 6),
            "fittedOn": identity.fitted_on,
        },
        "provenance": {
            "trainedOn": identity.trained_on,
            "licence": "As the repository's. No third-party data or weights went into it.",
            "revision": revision,
            "command": identity.command,
            "createdAt": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "frameworks": [f"{name} {version(name)}" for name in FRAMEWORKS],
        },
        "metrics": [asdict(metric) for metric in metrics],
        "intendedUse": INTENDED_USE,
        "warnings": list(WARNINGS),
    }


def describe_file(path: Path) -> dict[str, str | int]:
    """A ModelFile message."""
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_manifest(folder: Path, manifest: dict) -> None:
    """List every other file of the folder and write the manifest: the last step, because it seals the package."""
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    sealed = {**manifest, "files": [describe_file(path) for path in files]}
    (folder / MANIFEST).write_text(json.dumps(sealed, indent=2, ensure_ascii=False) + "\n")


def revision_of(folder: Path) -> str:
    """Commit of the code, marked where files differ from it; `unknown` outside a git work tree."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()
