"""`python -m hepatrain.package.pack`: a checkpoint and the cohort it came from, as a sealed model package."""

import argparse
import shutil
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
from hepatrain.package.runtime import Package
from hepatrain.predictions import read_predictions
from hepatrain.report import HEADLINE, table
from hepatrain.unseen import MOST_STUDIES, distances, unseen_metrics
from hepatrain.vocabulary import SEQUENCES


def pack(checkpoint: Checkpoint, prepared: Path, label: Label, out: Path, folds: Path | None = None) -> None:
    """Export, check parity, calibrate, measure, write golden case, card and manifest; then replace `out`.

    Thresholds are fitted on the validation studies and figures are of the test studies; or both are of the
    cross-validation in the folder `folds`, for a network that was trained on all studies.
    A package is replaced as a whole: a reader never sees half of one.
    """
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    fill(fresh, checkpoint, prepared, label, folds)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def fill(folder: Path, checkpoint: Checkpoint, prepared: Path, label: Label, folds: Path | None = None) -> None:
    """Write every file of the package, the manifest last."""
    if read_preprocessing(prepared) != checkpoint.preprocessing:
        raise ValueError(f"{prepared} was prepared in another way than what the checkpoint was trained on.")
    sides = {
        s: (int(checkpoint.preprocessing[s]["height"]), int(checkpoint.preprocessing[s]["width"])) for s in SEQUENCES
    }
    height, width = sides[SEQUENCES[0]]
    export_network(checkpoint.network, sides, folder)
    worst = assert_parity(checkpoint.network, folder, height, width)
    print(f"parity: PyTorch and ONNX Runtime differ by {worst:.1e} at most", flush=True)
    temperature = float(checkpoint.network.stager.temperature)
    calibration, metrics = (
        measure_folds(folds, temperature, label) if folds else measure(folder, prepared, temperature, label)
    )
    print(table(metrics, HEADLINE))
    origin = Origin(checkpoint.preprocessing, calibration, checkpoint.trained_on, checkpoint.revision)
    seal(folder, origin, metrics, label)


def measure(folder: Path, prepared: Path, temperature: float, label: Label) -> tuple[Calibration, list[Metric]]:
    """Calibration on the validation studies and figures of the test studies, by the graphs in a folder."""
    studies, model = read_studies(prepared), PackageModel(Package(folder))
    validation, test = of_split(studies, "valid"), of_split(studies, "test")
    fitted_on = f"{len(validation)} validation studies, without and with liver masks, all inputs that they have"
    answers = predict_table(model, test, slices=False)
    calibration = calibration_of(temperature, predict_table(model, validation, slices=False), fitted_on, answers)
    metrics = patient_metrics(answers, label.cohort, label.measure)
    return calibration, metrics + unseen_metrics(distances(model, test[:MOST_STUDIES]), label.cohort, label.measure)


def measure_folds(folds: Path, temperature: float, label: Label) -> tuple[Calibration, list[Metric]]:
    """What a cross-validation has measured: of the networks of its folds, not of the one that is packed."""
    calibration = Calibration.read(folds / "calibration.json")
    if abs(calibration.temperature - temperature) > 1e-6:
        raise ValueError(
            f"The checkpoint's temperature is {temperature:g}, that of {folds.name} {calibration.temperature:g}: "
            "pack the checkpoint that the cross-validation wrote."
        )
    answers = read_predictions(folds / "predictions.csv")
    return calibration, patient_metrics(answers, f"{label.cohort}, out of fold", label.measure)


def seal(folder: Path, origin: Origin, metrics: list[Metric], label: Label) -> None:
    """Write what describes the graphs in a folder: golden case, card and manifest."""
    preprocessing = origin.preprocessing[SEQUENCES[0]]
    write_golden(folder, int(preprocessing["height"]), int(preprocessing["width"]))
    manifest = manifest_of(label, origin, metrics, datetime.now(UTC))
    (folder / CARD).write_text(card_of(manifest, label))
    write_manifest(folder, manifest)


def main() -> None:
    """Pack a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.package.pack", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="file that `hepatrain.train` wrote")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--folds", type=Path, help="folder of `hepatrain.cross_validate`: its calibration and figures")
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--label", type=Path, required=True, help="JSON file, see hepatrain.package.label")
    options = parser.parse_args()
    label = Label.read(options.label)
    pack(Checkpoint.load(options.checkpoint), options.prepared, label, options.out, options.folds)


if __name__ == "__main__":
    main()
