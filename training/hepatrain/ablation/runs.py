"""The runs of a grid: each row with each seed, trained and asked once. Test predictions stay in the run's folder."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from hepatrain.ablation.grid import Variation
from hepatrain.answers import NetworkModel, predict_table
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import Study, index_digest, of_sequences, of_split, read_studies
from hepatrain.predictions import write_predictions
from hepatrain.sources import TRAINING_SOURCES
from hepatrain.steps import fingerprint_of, run_step
from hepatrain.train import train

TRAINING = Path(__file__).resolve().parents[2]


def path_of(folder: Path, name: str, seed: int) -> Path:
    """Where a run's test predictions lie."""
    return folder / name.replace(" ", "-") / f"seed-{seed}.csv"


def made_from(prepared: Path, variation: Variation, seed: int) -> str:
    """Fingerprint of a run: code, studies, configuration."""
    settings = (asdict(variation.network), asdict(variation.seeded(seed)))
    return fingerprint_of(TRAINING, TRAINING_SOURCES, index_digest(prepared), *settings)


def is_done(prepared: Path, folder: Path, variation: Variation, seed: int) -> bool:
    """Whether its predictions are there and made from what there is now."""
    path = path_of(folder, variation.name, seed)
    stamp = path.with_name(f"{path.name}.made-from")
    return path.exists() and stamp.exists() and stamp.read_text() == made_from(prepared, variation, seed)


@lru_cache(maxsize=1)
def small_studies(prepared: Path, scale: float) -> list[Study]:
    """All studies, kept between the runs of a process: reading and shrinking them takes longer than an epoch."""
    return shrunk(read_studies(prepared), scale)


def run(prepared: Path, folder: Path, variation: Variation, seed: int) -> str:
    """Train on the training studies, stop by the validation studies, answer for the test studies."""
    training = variation.seeded(seed)
    path = path_of(folder, variation.name, seed)

    def make() -> None:
        studies = of_sequences(small_studies(prepared, training.scale), training.sequences)
        network = train(studies, variation.network, training, quiet=True)
        write_predictions(path, predict_table(NetworkModel(network), of_split(studies, "test"), slices=False))

    path.parent.mkdir(parents=True, exist_ok=True)
    run_step(path, made_from(prepared, variation, seed), make)
    return f"{variation.name}, seed {seed}"
