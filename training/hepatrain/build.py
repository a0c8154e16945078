"""`python -m hepatrain.build`: phantoms → prepare → train → export → evaluate, into one model package.

Each step leaves its result in the run's folder and is skipped where that is there already: remove the folder to begin
anew.
"""

import argparse
import subprocess
from pathlib import Path

from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.studies import of_split, read_preprocessing, read_studies
from hepatrain.package.pack import Label, pack
from hepatrain.phantoms.cohort import make_cohort
from hepatrain.train import train

TRAINING = Path(__file__).resolve().parents[1]
REPOSITORY = TRAINING.parent

STUDIES, COHORT_SEED = 640, 1

LABEL = Label(
    name="phantom-light",
    version="0.1.0",
    cohort="synthetic phantoms, unseen seeds",
    rebuild="cd training && .venv/bin/python -m hepatrain.build",
    measure="cd training && .venv/bin/python -m hepatrain.evaluate --package ../models/phantom-light "
    "--prepared runs/phantom-light/prepared --split test",
)


def prepare(table: Path, out: Path) -> None:
    """Let `hepastage prepare` write the tensors: training sees exactly what serving sees."""
    command = ["npm", "run", "--silent", "hepastage", "--", "prepare", str(table)]
    command += ["--preprocessing", str(TRAINING / "preprocessing.json"), "--out", str(out)]
    subprocess.run(command, cwd=REPOSITORY, check=True)


def train_checkpoint(prepared: Path, path: Path) -> None:
    """Train on the phantoms and store the checkpoint."""
    studies = read_studies(prepared)
    config = TrainingConfig()
    trained_on = (
        f"{len(of_split(studies, 'train'))} synthetic T1W/T2W phantoms (hepatrain.phantoms, seed {COHORT_SEED}), "
        f"{len(of_split(studies, 'valid'))} more for early stopping and calibration. No patient data."
    )
    network = train(studies, NetworkConfig(), config)
    Checkpoint(network, config, read_preprocessing(prepared), trained_on).save(path)


def main() -> None:
    """Do what is not done yet, then pack."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / LABEL.name, help="the package to write")
    parser.add_argument("--run", type=Path, default=TRAINING / "runs" / LABEL.name, help="where steps leave results")
    options = parser.parse_args()
    run = options.run.resolve()
    cohort, prepared, checkpoint = run / "phantoms", run / "prepared", run / "checkpoint.pt"
    if not (cohort / "cohort.csv").exists():
        make_cohort(cohort, STUDIES, COHORT_SEED)
    if not (prepared / "index.json").exists():
        prepare(cohort / "cohort.csv", prepared)
    if not checkpoint.exists():
        train_checkpoint(prepared, checkpoint)
    pack(Checkpoint.load(checkpoint), prepared, LABEL, options.out)


if __name__ == "__main__":
    main()
