"""`python -m hepatrain.build`: phantoms → prepare → train → export → evaluate, into one model package.

Each step but the last two leaves its result in the run's folder, and is done again when settings or sources that it
depends on have changed.
"""

import argparse
import json
import subprocess
from pathlib import Path

from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.studies import of_split, read_preprocessing, read_studies
from hepatrain.package.label import Label
from hepatrain.package.pack import pack
from hepatrain.phantoms.cohort import make_cohort
from hepatrain.revision import revision_of
from hepatrain.steps import fingerprint_of, run_step
from hepatrain.train import train

TRAINING = Path(__file__).resolve().parents[1]
REPOSITORY = TRAINING.parent

NAME = "phantom-light"
STUDIES, COHORT_SEED = 640, 1

COMMON = ("training/requirements.txt", "training/hepatrain/vocabulary.py")
PHANTOM_SOURCES = (*COMMON, "training/hepatrain/phantoms/*.py")
PREPARE_SOURCES = (
    "training/preprocessing.json",
    "proto/hepastage/v1/model.proto",
    "packages/imaging/src/**/*.ts",
    "packages/platform/src/settings.ts",
    "packages/cli/src/commands/prepare.ts",
    "packages/cli/src/input-file.ts",
    "packages/cli/src/prepare/*.ts",
)
TRAIN_SOURCES = (
    *COMMON,
    "training/hepatrain/data/*.py",
    "training/hepatrain/network/*.py",
    *(
        f"training/hepatrain/{name}.py"
        for name in ("build", "calibrate", "checkpoint", "config", "losses", "metrics", "predict", "train")
    ),
)


def prepare(table: Path, out: Path) -> None:
    """Let `hepastage prepare` write the tensors: training sees exactly what serving sees."""
    command = ["npm", "run", "--silent", "hepastage", "--", "prepare", str(table)]
    command += ["--preprocessing", str(TRAINING / "preprocessing.json"), "--out", str(out)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    require_all(out)


def require_all(prepared: Path) -> None:
    """Of a real cohort a scan may be refused. Phantoms are all valid: there a refusal is a fault, here or there."""
    refused = json.loads((prepared / "index.json").read_text())["refused"]
    if refused:
        first = refused[0]
        raise ValueError(
            f"{len(refused)} phantom volumes were refused, the first is {first['study']} {first['sequence']} "
            f"{first['variant']}: {first['code']}: {first['message']}"
        )


def train_checkpoint(prepared: Path, path: Path) -> None:
    """Train on the phantoms and store the checkpoint."""
    studies, revision = read_studies(prepared), revision_of(TRAINING)
    config = TrainingConfig()
    trained_on = (
        f"{len(of_split(studies, 'train'))} synthetic T1W/T2W phantoms (hepatrain.phantoms, seed {COHORT_SEED}), "
        f"{len(of_split(studies, 'valid'))} more for early stopping and calibration. No patient data."
    )
    network = train(studies, NetworkConfig(), config)
    Checkpoint(network, config, read_preprocessing(prepared), trained_on, revision).save(path)


def main() -> None:
    """Do what is not done yet, then pack."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / NAME, help="the package to write")
    parser.add_argument("--run", type=Path, default=TRAINING / "runs" / NAME, help="where steps leave results")
    options = parser.parse_args()
    run = options.run.resolve()
    cohort, prepared, checkpoint = run / "phantoms", run / "prepared", run / "checkpoint.pt"

    # Each step also depends on the step before.
    phantoms_from = fingerprint_of(REPOSITORY, PHANTOM_SOURCES, STUDIES, COHORT_SEED)
    run_step(cohort, phantoms_from, lambda: make_cohort(cohort, STUDIES, COHORT_SEED))
    prepared_from = fingerprint_of(REPOSITORY, PREPARE_SOURCES, phantoms_from)
    run_step(prepared, prepared_from, lambda: prepare(cohort / "cohort.csv", prepared))
    trained_from = fingerprint_of(REPOSITORY, TRAIN_SOURCES, prepared_from)
    run_step(checkpoint, trained_from, lambda: train_checkpoint(prepared, checkpoint))
    pack(Checkpoint.load(checkpoint), prepared, Label.read(TRAINING / f"{NAME}.json"), options.out)


if __name__ == "__main__":
    main()
