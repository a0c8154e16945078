"""`python -m hepatrain.cross_validate`: a network for each fold, and what they say of the studies they never saw.

Those out-of-fold answers are what a cohort without a test set is judged and calibrated by. The run's folder holds

    fold-0/ … fold-4/   checkpoint and curves of each fold; what is done is not done again, what was begun goes on
    predictions.csv     every study, by the network that neither trained nor stopped on it
    calibration.json    temperature and thresholds, fitted on those answers
    checkpoint.pt       with --final: a network of all studies that takes over these constants (curves in final/)

With --hold-out the cohort's test studies have no part in any of it.
"""

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from hepatrain.answers import NetworkModel, predict_table
from hepatrain.calibrate import bake, calibration_of, fit_temperature
from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig, read_config
from hepatrain.data.folds import FOLDS, with_fold
from hepatrain.data.seen import Seen
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import (
    Study,
    index_digest,
    of_sequences,
    of_split,
    read_preprocessing,
    read_studies,
)
from hepatrain.evaluation import patient_metrics
from hepatrain.fit_distribution import fit_distribution
from hepatrain.parallel import run_all
from hepatrain.predict import Predictions, predict
from hepatrain.predictions import PredictionTable, join_tables, write_predictions
from hepatrain.report import HEADLINE, table
from hepatrain.revision import revision_of
from hepatrain.sources import TRAINING_SOURCES
from hepatrain.steps import fingerprint_of, run_step
from hepatrain.train import train
from hepatrain.vocabulary import VARIANTS

TRAINING = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cohort:
    """Which studies, and what a package says of them."""

    prepared: Path
    words: str = ""
    """What they are, for people; empty: the folder's name."""
    hold_out: bool = False
    """Whether the split `test` stays out: its studies are kept to measure what is packed."""

    def studies(self, training: TrainingConfig, fold: int | None) -> list[Study]:
        """As the configuration wants them. Without a fold: for a final network, which keeps fold 0 only to stop by."""
        stored = [s for s in read_studies(self.prepared) if not (self.hold_out and s.split == "test")]
        studies = with_fold(stored, FOLDS - 1 if fold is None else fold)
        if fold is None:
            studies = [replace(s, split="train") if s.split == "test" else s for s in studies]
        return shrunk(of_sequences(studies, training.sequences), training.scale)

    def trained_on(self, training: int, validation: int) -> str:
        """For the manifest."""
        words = self.words or f"studies of {self.prepared.resolve().name}"
        return f"{training} {words}, {validation} more for early stopping; calibrated on {FOLDS} folds of both."


def trained_from(cohort: Cohort, network: NetworkConfig, training: TrainingConfig, fold: int | None) -> str:
    """Fingerprint of a training: code, configuration, studies with their tensors."""
    settings = (cohort.hold_out, asdict(network), asdict(training), fold)
    return fingerprint_of(TRAINING, TRAINING_SOURCES, index_digest(cohort.prepared), *settings)


def train_fold(cohort: Cohort, config: Path, folder: Path, device: str, fold: int | None) -> str:
    """Train one network unless it is there, or go on with what was begun by the same code; what was done, in words."""
    network_config, training = read_config(config)
    run = folder / ("final" if fold is None else f"fold-{fold}")
    path = checkpoint_of(folder, fold)
    made_from = trained_from(cohort, network_config, training, fold)

    def make() -> None:
        studies = cohort.studies(training, fold)
        resume = may_resume(run, made_from)
        network = train(studies, network_config, training, run, resume=resume, device=device, quiet=True)
        known, stopping = of_split(studies, "train"), of_split(studies, "valid")
        fit_distribution(network, known)
        words = cohort.trained_on(len(known), len(stopping))
        origin = (read_preprocessing(cohort.prepared), words, revision_of(TRAINING), Seen.of(known, stopping))
        Checkpoint(network, training, *origin).save(path)
        (run / "last.pt").unlink()  # three times the checkpoint's size, and nothing is left to go on with

    run_step(path, made_from, make)
    return f"{'final network' if fold is None else f'fold {fold}'} is trained"


def checkpoint_of(folder: Path, fold: int | None) -> Path:
    """Where a fold's or the final network lies."""
    return folder / "checkpoint.pt" if fold is None else folder / f"fold-{fold}" / "checkpoint.pt"


def may_resume(run: Path, made_from: str) -> bool:
    """Whether a run was begun and interrupted with this fingerprint; if not, that one begins now."""
    state, begun_from = run / "last.pt", run / "begun-from"
    if state.exists() and begun_from.exists() and begun_from.read_text() == made_from:
        return True
    run.mkdir(parents=True, exist_ok=True)
    state.unlink(missing_ok=True)
    begun_from.write_text(made_from)
    return False


def out_of_fold(
    cohort: Cohort, folder: Path, training: TrainingConfig
) -> tuple[list[Checkpoint], list[list[Study]], list[Predictions]]:
    """The folds' networks, the studies that each never saw, and the logits for them."""
    checkpoints, studies, logits = [], [], []
    for fold in range(FOLDS):
        checkpoints.append(Checkpoint.load(checkpoint_of(folder, fold)))
        studies.append(of_split(cohort.studies(training, fold), "test"))
        logits.append(predict(checkpoints[-1].network, [(studies[-1], variant) for variant in VARIANTS]))
    return checkpoints, studies, logits


def temperature_of(predictions: list[Predictions]) -> float:
    """Of all inputs of several folds together."""
    parts = [fold.of_all_inputs() for fold in predictions]
    return fit_temperature(torch.cat([logits for logits, _ in parts]), torch.cat([stages for _, stages in parts]))


def answers_with(
    checkpoints: list[Checkpoint], studies: list[list[Study]], temperatures: list[float], slices: bool
) -> PredictionTable:
    """Out-of-fold answers, each fold's with its temperature."""
    tables = []
    for checkpoint, members, temperature in zip(checkpoints, studies, temperatures, strict=True):
        checkpoint.network.stager.temperature.fill_(temperature)
        tables.append(predict_table(NetworkModel(checkpoint.network), members, slices))
    return join_tables(tables)


def cross_validate(
    cohort: Cohort, config: Path, folder: Path, processes: int, final: bool = False, device: str = "cpu"
) -> PredictionTable:
    """Train what is not trained yet, answer and calibrate; the out-of-fold answers, as written."""
    _, training = read_config(config)
    todo: list[int | None] = [*range(FOLDS), *([None] if final else [])]
    run_all(train_fold, [(cohort, config, folder, device, fold) for fold in todo], processes)

    checkpoints, studies, logits = out_of_fold(cohort, folder, training)
    temperature = temperature_of(logits)
    # Judged with a temperature of the other folds: a study has no part in the constant that its answer is scaled by.
    others = [temperature_of([*logits[:fold], *logits[fold + 1 :]]) for fold in range(FOLDS)]
    answers = answers_with(checkpoints, studies, others, slices=True)
    write_predictions(folder / "predictions.csv", answers)

    count = len(set(answers.study))
    words = f"out-of-fold answers for {count} studies, {FOLDS}-fold cross-validation grouped by patient"
    as_served = answers_with(checkpoints, studies, [temperature] * FOLDS, slices=False)
    calibration = calibration_of(temperature, as_served, words)
    calibration.write(folder / "calibration.json")
    if final:
        path = checkpoint_of(folder, None)
        checkpoint = Checkpoint.load(path)
        bake(checkpoint.network, calibration)
        checkpoint.save(path)
    return answers


def main() -> None:
    """Cross-validate."""
    parser = argparse.ArgumentParser(
        prog="python -m hepatrain.cross_validate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a cohort with folds")
    parser.add_argument("--config", type=Path, required=True, help="one of training/configs, or your own")
    parser.add_argument("--run", type=Path, required=True, help="folder to write, or to go on with")
    parser.add_argument("--processes", type=int, default=2, help="trainings at once, one core each")
    parser.add_argument("--hold-out", action="store_true", help="leave the cohort's test studies out of all folds")
    parser.add_argument("--trained-on", default="", help="what the studies are, in words: the manifest says it")
    parser.add_argument("--final", action="store_true", help="also train a network of all studies")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    options = parser.parse_args()
    cohort = Cohort(options.prepared, options.trained_on, options.hold_out)
    answers = cross_validate(cohort, options.config, options.run, options.processes, options.final, options.device)
    command = f".venv/bin/python -m hepatrain.evaluate {options.run / 'predictions.csv'}"
    print(table(patient_metrics(answers, "out of fold", command), HEADLINE))


if __name__ == "__main__":
    main()
