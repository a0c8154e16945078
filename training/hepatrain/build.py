"""`python -m hepatrain.build`: phantoms → prepare → cross-validate → export → evaluate, into one model package.

Each step but the last leaves its result in the run's folder, and is done again when settings or sources that it depends
on have changed. The test phantoms have no part in training or calibration: the package's figures are of them.
"""

import argparse
import json
import subprocess
from pathlib import Path

from hepatrain.checkpoint import Checkpoint
from hepatrain.cross_validate import Cohort, cross_validate
from hepatrain.package.label import Label
from hepatrain.package.pack import Evidence, pack
from hepatrain.phantoms.cohort import make_cohort
from hepatrain.steps import fingerprint_of, run_step

TRAINING = Path(__file__).resolve().parents[1]
REPOSITORY = TRAINING.parent

NAME = "phantom-light"
CONFIG = TRAINING / "configs" / "light.json"
STUDIES, COHORT_SEED = 640, 1

PHANTOM_SOURCES = (
    "training/requirements.txt",
    "training/hepatrain/vocabulary.py",
    "training/hepatrain/phantoms/*.py",
    "training/hepatrain/phantoms/dicom/protocols.py",
)
PREPARE_SOURCES = (
    "training/preprocessing.json",
    "proto/hepastage/v1/model.proto",
    "packages/imaging/src/geometry/*.ts",
    "packages/imaging/src/nifti/*.ts",
    "packages/imaging/src/preprocess/*.ts",
    "packages/imaging/src/*.ts",
    "packages/platform/src/settings.ts",
    "packages/cli/src/commands/prepare.ts",
    "packages/cli/src/input-file.ts",
    "packages/cli/src/prepare/*.ts",
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


def main() -> None:
    """Do what is not done yet, then pack."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / NAME, help="the package to write")
    parser.add_argument("--run", type=Path, default=TRAINING / "runs" / NAME, help="where steps leave results")
    parser.add_argument("--processes", type=int, default=2, help="trainings at once, one core each")
    options = parser.parse_args()
    run = options.run.resolve()
    phantoms, prepared, folds = run / "phantoms", run / "prepared", run / "folds"

    # Each step also depends on the step before.
    phantoms_from = fingerprint_of(REPOSITORY, PHANTOM_SOURCES, STUDIES, COHORT_SEED)
    run_step(phantoms, phantoms_from, lambda: make_cohort(phantoms, STUDIES, COHORT_SEED, options.processes))
    prepared_from = fingerprint_of(REPOSITORY, PREPARE_SOURCES, phantoms_from)
    run_step(prepared, prepared_from, lambda: prepare(phantoms / "cohort.csv", prepared))
    words = f"synthetic T1W/T2W phantoms (hepatrain.phantoms, seed {COHORT_SEED}; no patient data)"
    cohort = Cohort(prepared, words, hold_out=True)
    cross_validate(cohort, CONFIG, folds, options.processes, final=True)
    evidence = Evidence(prepared, folds, unseen=prepared)
    pack(Checkpoint.load(folds / "checkpoint.pt"), evidence, Label.read(TRAINING / f"{NAME}.json"), options.out)


if __name__ == "__main__":
    main()
