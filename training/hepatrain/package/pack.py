"""`python -m hepatrain.package.pack`: a checkpoint and the cohort it came from, as a sealed model package."""

import argparse
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hepatrain.checkpoint import Checkpoint
from hepatrain.data.studies import of_split, read_studies
from hepatrain.evaluate import evaluate, table
from hepatrain.package.card import card_of
from hepatrain.package.export import export_network
from hepatrain.package.files import CARD
from hepatrain.package.golden import write_golden
from hepatrain.package.manifest import Identity, manifest_of, revision_of, write_manifest
from hepatrain.package.parity import assert_parity
from hepatrain.package.runtime import Package
from hepatrain.vocabulary import SEQUENCES


@dataclass(frozen=True)
class Label:
    """What people call the package and its test studies."""

    name: str
    version: str
    cohort: str
    """What the test studies are."""
    rebuild: str
    """The command that rebuilds the package."""
    measure: str
    """The command that measures it again."""


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
    sides = {
        s: (int(checkpoint.preprocessing[s]["height"]), int(checkpoint.preprocessing[s]["width"])) for s in SEQUENCES
    }
    height, width = sides[SEQUENCES[0]]
    export_network(checkpoint.network, sides, folder)
    worst = assert_parity(checkpoint.network, folder, height, width)
    print(f"parity: PyTorch and ONNX Runtime differ by {worst:.1e} at most", flush=True)
    write_golden(folder, height, width)

    studies = read_studies(prepared)
    metrics = evaluate(Package(folder), of_split(studies, "test"), label.cohort, label.measure)
    print(table(metrics))
    fitted_on = f"{len(of_split(studies, 'valid'))} validation studies, without and with liver masks, all inputs"
    identity = Identity(
        name=label.name,
        version=label.version,
        preprocessing=checkpoint.preprocessing,
        temperature=float(checkpoint.network.stager.temperature),
        fitted_on=fitted_on,
        trained_on=checkpoint.trained_on,
        command=label.rebuild,
    )
    manifest = manifest_of(identity, metrics, revision_of(Path(__file__).parent), datetime.now(UTC))
    (folder / CARD).write_text(card_of(manifest))
    write_manifest(folder, manifest)


def main() -> None:
    """Pack a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.package.pack", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="file that `hepatrain.train` wrote")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="the package to write or replace")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--cohort", required=True, help="what the test studies are, in words")
    parser.add_argument("--rebuild", required=True, help="the command that rebuilds the package, for its manifest")
    parser.add_argument("--measure", required=True, help="the command that measures it again, for its manifest")
    options = parser.parse_args()
    label = Label(options.name, options.version, options.cohort, options.rebuild, options.measure)
    pack(Checkpoint.load(options.checkpoint), options.prepared, label, options.out)


if __name__ == "__main__":
    main()
