"""`python -m hepatrain.package.pack`: a checkpoint and the cohort it came from, as a sealed model package."""

import argparse
import shutil
from datetime import UTC, datetime
from pathlib import Path

from hepatrain.checkpoint import Checkpoint
from hepatrain.data.studies import Study, of_split, read_preprocessing, read_studies
from hepatrain.evaluate import evaluate, table
from hepatrain.package.card import card_of
from hepatrain.package.export import export_network
from hepatrain.package.files import CARD
from hepatrain.package.golden import write_golden
from hepatrain.package.label import Label
from hepatrain.package.manifest import Origin, manifest_of, write_manifest
from hepatrain.package.parity import assert_parity
from hepatrain.package.runtime import Package
from hepatrain.vocabulary import SEQUENCES


def pack(checkpoint: Checkpoint, prepared: Path, label: Label, out: Path) -> None:
    """Export, check parity, measure on the test studies, write golden case, card and manifest; then replace `out`.

    A package is replaced as a whole: a reader never sees half of one.
    """
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    fill(fresh, checkpoint, prepared, label)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def fill(folder: Path, checkpoint: Checkpoint, prepared: Path, label: Label) -> None:
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
    studies = read_studies(prepared)
    validation = len(of_split(studies, "valid"))
    origin = Origin(
        preprocessing=checkpoint.preprocessing,
        temperature=float(checkpoint.network.stager.temperature),
        fitted_on=f"{validation} validation studies, without and with liver masks, all inputs that they have",
        trained_on=checkpoint.trained_on,
        revision=checkpoint.revision,
    )
    seal(folder, origin, of_split(studies, "test"), label)


def seal(folder: Path, origin: Origin, test: list[Study], label: Label) -> None:
    """Write what describes the graphs in a folder: golden case, measured figures, card and manifest."""
    preprocessing = origin.preprocessing[SEQUENCES[0]]
    write_golden(folder, int(preprocessing["height"]), int(preprocessing["width"]))
    metrics = evaluate(Package(folder), test, label.cohort, label.measure)
    print(table(metrics))
    manifest = manifest_of(label, origin, metrics, datetime.now(UTC))
    (folder / CARD).write_text(card_of(manifest, label))
    write_manifest(folder, manifest)


def main() -> None:
    """Pack a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.package.pack", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="file that `hepatrain.train` wrote")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--label", type=Path, required=True, help="JSON file, see hepatrain.package.label")
    options = parser.parse_args()
    pack(Checkpoint.load(options.checkpoint), options.prepared, Label.read(options.label), options.out)


if __name__ == "__main__":
    main()
