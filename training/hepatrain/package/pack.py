"""`python -m hepatrain.package.pack`: a checkpoint and the cohort it came from, as a sealed model package."""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hepatrain.answers import PackageModel, predict_table
from hepatrain.calibrate import Calibration, calibration_of, covering
from hepatrain.checkpoint import Checkpoint
from hepatrain.data.seen import Seen
from hepatrain.data.studies import Study, of_split, read_preprocessing, read_studies
from hepatrain.evaluation import patient_metrics
from hepatrain.metrics import Metric
from hepatrain.package.card import card_of
from hepatrain.package.export import export_network
from hepatrain.package.files import CARD, SEEN
from hepatrain.package.golden import write_golden
from hepatrain.package.label import Label
from hepatrain.package.manifest import Origin, manifest_of, write_manifest
from hepatrain.package.parity import assert_parity
from hepatrain.package.precision import PRECISIONS
from hepatrain.package.replace import replace_package, require_replaceable
from hepatrain.package.runtime import Package
from hepatrain.predictions import read_predictions
from hepatrain.report import HEADLINE, table
from hepatrain.unseen import MOST_STUDIES, distances, kinds_of, unseen_metrics
from hepatrain.vocabulary import SEQUENCES


@dataclass(frozen=True)
class Evidence:
    """What a package's constants are fitted on and its figures measured on. No figure is of a study that it knows."""

    prepared: Path
    """Cohort of the training. The studies that stopped it calibrate, and those that the network never saw measure,
    unless the following are given: for a network that was trained on all of them."""
    folds: Path | None = None
    """Folder of a cross-validation: its calibration is the package's, its out-of-fold answers measure."""
    unseen: Path | None = None
    """A prepared cohort whose test studies measure instead."""


def pack(checkpoint: Checkpoint, evidence: Evidence, label: Label, out: Path, precision: str = "float32") -> None:
    """Export, check parity, calibrate, measure, write golden case, card and manifest; then replace the package `out`.

    ValueError for a network that cannot be served, figures of studies that it has seen, or a folder that is no package.
    """
    require_replaceable(out)
    require_servable(checkpoint)
    if checkpoint.revision.endswith("-dirty"):
        print(f"warning: {checkpoint.revision}: the code that trained this was not committed", file=sys.stderr)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as work:
        fresh = Path(work) / out.name
        fresh.mkdir()
        fill(fresh, checkpoint, evidence, label, precision)
        replace_package(fresh, out)


def require_servable(checkpoint: Checkpoint) -> None:
    """ValueError for networks that are for comparisons only."""
    training, both = checkpoint.training, "+".join(SEQUENCES)
    if training.sequences != both:
        raise ValueError(
            f"This network was trained on {training.sequences} alone: it is for comparisons. A package stages {both}, "
            "and its other encoder has learnt nothing."
        )
    if training.scale != 1:
        raise ValueError(
            f"This network was trained at {training.scale} of the prepared sides: it is for comparisons. "
            "Train one with scale 1: served slices have the prepared sides."
        )
    missing = [sequence for sequence in SEQUENCES if sequence not in checkpoint.preprocessing]
    if missing:
        raise ValueError(f"The cohort was prepared without {' and '.join(missing)}: a package needs both sequences.")


def fill(folder: Path, checkpoint: Checkpoint, evidence: Evidence, label: Label, precision: str) -> None:
    """Write every file of the package, the manifest last."""
    for prepared in filter(None, (evidence.prepared, evidence.unseen)):
        if read_preprocessing(prepared) != checkpoint.preprocessing:
            raise ValueError(f"{prepared} was prepared in another way than what the checkpoint was trained on.")
    test = studies_to_measure(checkpoint.seen, evidence)
    height, width = (int(checkpoint.preprocessing[SEQUENCES[0]][side]) for side in ("height", "width"))
    export_network(checkpoint.network, height, width, folder, precision)
    checkpoint.seen.write(folder / SEEN)
    worst = assert_parity(checkpoint.network, folder, height, width, precision)
    print(f"parity: PyTorch and ONNX Runtime differ by {worst:.1e} at most", flush=True)
    calibration, metrics = measure(PackageModel(Package(folder)), checkpoint, evidence, test, label)
    print(table(metrics, HEADLINE))
    origin = Origin(checkpoint.preprocessing, calibration, checkpoint.trained_on, checkpoint.revision, precision)
    seal(folder, origin, metrics, label)


def studies_to_measure(seen: Seen, evidence: Evidence) -> list[Study]:
    """Those that measure, none of a patient that the network has seen; empty where out-of-fold answers do."""
    if evidence.unseen:
        test = of_split(read_studies(evidence.unseen), "test")
        seen.refuse(test)
    elif evidence.folds:
        return []
    else:
        test = of_split(seen.split(read_studies(evidence.prepared)), "test")
    if not test:
        raise ValueError(
            f"{evidence.unseen or evidence.prepared} has no test study that the network has not seen: "
            "give --folds, the cross-validation that it comes from, or --unseen, a cohort with test studies."
        )
    return test


def measure(
    model: PackageModel, checkpoint: Checkpoint, evidence: Evidence, test: list[Study], label: Label
) -> tuple[Calibration, list[Metric]]:
    """Calibration and figures, by the graphs that ship wherever there are studies that they do not know."""
    temperature = float(checkpoint.network.stager.temperature)
    if evidence.folds:
        calibration = calibration_of_folds(evidence.folds, temperature)
    else:
        known = of_split(checkpoint.seen.split(read_studies(evidence.prepared)), "valid")
        if not known:
            raise ValueError(
                f"{evidence.prepared} has no study that stopped the training: give the cohort of the training."
            )
        words = f"{len(known)} validation studies, which also stopped the training, by all that they have"
        calibration = calibration_of(temperature, predict_table(model, known, slices=False), words)
    if not test:
        answers = read_predictions(evidence.folds / "predictions.csv")
        return calibration, patient_metrics(answers, f"{label.cohort}, out of fold", label.measure)
    answers = predict_table(model, test, slices=False)
    metrics = patient_metrics(answers, label.cohort, label.measure)
    strangers = unseen_metrics(kinds_of(distances(model, test[:MOST_STUDIES]), {}), label.cohort, label.measure)
    return covering(calibration, answers), metrics + strangers


def calibration_of_folds(folds: Path, temperature: float) -> Calibration:
    """As the cross-validation fitted it. ValueError if the checkpoint's temperature is not its."""
    stored = Calibration.read(folds / "calibration.json")
    if abs(stored.temperature - temperature) > 1e-6:
        raise ValueError(
            f"The checkpoint's temperature is {temperature:g}, that of {folds.name} {stored.temperature:g}: "
            "pack the checkpoint that the cross-validation wrote."
        )
    return stored


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
    parser.add_argument(
        "--folds",
        type=Path,
        help="folder of `hepatrain.cross_validate`: its calibration, and its figures unless --unseen",
    )
    parser.add_argument(
        "--unseen",
        type=Path,
        help="prepared cohort whose test studies the figures are of: none that the network has seen",
    )
    parser.add_argument("--precision", choices=PRECISIONS, default="float32", help="of the encoders' interior")
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--label", type=Path, required=True, help="JSON file, see hepatrain.package.label")
    options = parser.parse_args()
    evidence = Evidence(options.prepared, options.folds, options.unseen)
    label = Label.read(options.label)
    pack(Checkpoint.load(options.checkpoint), evidence, label, options.out, options.precision)


if __name__ == "__main__":
    main()
