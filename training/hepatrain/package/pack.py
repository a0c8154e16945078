"""`python -m hepatrain.package.pack`: a checkpoint and the cohort it came from, as a sealed model package."""

import argparse
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hepatrain.answers import PackageModel, predict_table
from hepatrain.calibrate import Calibration, calibration_of
from hepatrain.checkpoint import Checkpoint
from hepatrain.data.studies import of_split, read_preprocessing, read_studies
from hepatrain.evaluation import patient_metrics
from hepatrain.metrics import Metric
from hepatrain.package.card import card_of
from hepatrain.package.export import export_network
from hepatrain.package.files import CARD
from hepatrain.package.golden import write_golden
from hepatrain.package.label import Label
from hepatrain.package.manifest import Origin, manifest_of, write_manifest
from hepatrain.package.parity import assert_parity
from hepatrain.package.precision import PRECISIONS
from hepatrain.package.runtime import Package
from hepatrain.predictions import PredictionTable, read_predictions
from hepatrain.report import HEADLINE, table
from hepatrain.unseen import MOST_STUDIES, distances, unseen_metrics
from hepatrain.vocabulary import SEQUENCES


@dataclass(frozen=True)
class Evidence:
    """What a package's constants are fitted on and its figures measured on."""

    prepared: Path
    """Cohort of the training. Its validation studies calibrate and its test studies measure, unless the following are
    given: for a network that was trained on all studies."""
    folds: Path | None = None
    """Folder of a cross-validation: its out-of-fold answers calibrate and, unless there is a cohort for it, measure."""
    unseen: Path | None = None
    """Another prepared cohort, whose test studies measure."""


def pack(checkpoint: Checkpoint, evidence: Evidence, label: Label, out: Path, precision: str = "float32") -> None:
    """Export, check parity, calibrate, measure, write golden case, card and manifest; then replace `out`.

    A package is replaced as a whole: a reader never sees half of one.
    """
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    fill(fresh, checkpoint, evidence, label, precision)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def fill(folder: Path, checkpoint: Checkpoint, evidence: Evidence, label: Label, precision: str) -> None:
    """Write every file of the package, the manifest last."""
    for prepared in filter(None, (evidence.prepared, evidence.unseen)):
        if read_preprocessing(prepared) != checkpoint.preprocessing:
            raise ValueError(f"{prepared} was prepared in another way than what the checkpoint was trained on.")
    sides = {
        s: (int(checkpoint.preprocessing[s]["height"]), int(checkpoint.preprocessing[s]["width"])) for s in SEQUENCES
    }
    height, width = sides[SEQUENCES[0]]
    export_network(checkpoint.network, sides, folder, precision)
    worst = assert_parity(checkpoint.network, folder, height, width, precision)
    print(f"parity: PyTorch and ONNX Runtime differ by {worst:.1e} at most", flush=True)
    temperature = float(checkpoint.network.stager.temperature)
    calibration, metrics = measure(PackageModel(Package(folder)), evidence, temperature, label)
    print(table(metrics, HEADLINE))
    origin = Origin(checkpoint.preprocessing, calibration, checkpoint.trained_on, checkpoint.revision, precision)
    seal(folder, origin, metrics, label)


def measure(
    model: PackageModel, evidence: Evidence, temperature: float, label: Label
) -> tuple[Calibration, list[Metric]]:
    """Calibration and figures, by the graphs that ship wherever there are studies that they do not know."""
    studies = read_studies(evidence.prepared)
    if evidence.folds:
        fitted, fitted_on = answers_of_folds(evidence.folds, temperature)
    else:
        known = of_split(studies, "valid")
        fitted = predict_table(model, known, slices=False)
        fitted_on = f"{len(known)} validation studies, without and with liver masks, all inputs that they have"
    if evidence.folds and not evidence.unseen:
        calibration = calibration_of(temperature, fitted, fitted_on)
        return calibration, patient_metrics(fitted, f"{label.cohort}, out of fold", label.measure)
    test = of_split(read_studies(evidence.unseen) if evidence.unseen else studies, "test")
    answers = predict_table(model, test, slices=False)
    metrics = patient_metrics(answers, label.cohort, label.measure)
    strangers = unseen_metrics(distances(model, test[:MOST_STUDIES]), label.cohort, label.measure)
    return calibration_of(temperature, fitted, fitted_on, answers), metrics + strangers


def answers_of_folds(folds: Path, temperature: float) -> tuple[PredictionTable, str]:
    """Out-of-fold answers with this temperature, and which studies they are of, in words."""
    stored = Calibration.read(folds / "calibration.json")
    if abs(stored.temperature - temperature) > 1e-6:
        raise ValueError(
            f"The checkpoint's temperature is {temperature:g}, that of {folds.name} {stored.temperature:g}: "
            "pack the checkpoint that the cross-validation wrote."
        )
    return read_predictions(folds / "predictions.csv"), stored.fitted_on


def seal(folder: Path, origin: Origin, metrics: list[Metric], label: Label) -> None:
    """Write what describes the graphs in a folder: golden case, card and manifest."""
    preprocessing = origin.preprocessing[SEQUENCES[0]]
    write_golden(folder, int(preprocessing["height"]), int(preprocessing["width"]), origin.precision)
    manifest = manifest_of(label, origin, metrics, datetime.now(UTC))
    (folder / CARD).write_text(card_of(manifest, label))
    write_manifest(folder, manifest)


def main() -> None:
    """Pack a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.package.pack", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="file that `hepatrain.train` wrote")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--folds", type=Path, help="folder of `hepatrain.cross_validate`: its calibration and figures")
    parser.add_argument("--unseen", type=Path, help="another prepared cohort, whose test studies the figures are of")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32", help="of the encoders' interior")
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--label", type=Path, required=True, help="JSON file, see hepatrain.package.label")
    options = parser.parse_args()
    evidence = Evidence(options.prepared, options.folds, options.unseen)
    label = Label.read(options.label)
    pack(Checkpoint.load(options.checkpoint), evidence, label, options.out, options.precision)


if __name__ == "__main__":
    main()
