"""The index of prepared studies: `index.json` and the tensors it names."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES, VARIANTS

HEALTHY = -1
"""Grade of a subject without cirrhosis: never trained on."""


@dataclass(frozen=True)
class Volume:
    """One prepared volume."""

    tensor: Path
    positions: np.ndarray
    """float32 [S]: 0 inferior to 1 superior."""
    sha256: str = ""
    """Of the file; empty in an index from before it was written."""
    shrunk: np.ndarray | None = None
    """float16 [S, 3, H, W]: held in memory instead of the file, see `hepatrain.data.shrink`."""
    scale: float = 1.0
    """Of `shrunk`, as asked for."""

    def read(self, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 [S, 3, H, W], or only some of its slices; reads no more of the file than they need."""
        if self.shrunk is not None:
            return (self.shrunk if rows is None else self.shrunk[rows]).astype(np.float32)
        mapped = np.load(self.tensor, mmap_mode="r")
        if mapped.dtype != np.float32 or mapped.ndim != 4 or mapped.shape[:2] != (len(self.positions), 3):
            raise ValueError(
                f"{self.tensor.name}: expected float32 [{len(self.positions)}, 3, H, W], "
                f"received {mapped.dtype} {list(mapped.shape)}. Run `hepastage prepare` again."
            )
        return np.array(mapped if rows is None else mapped[rows])


@dataclass(frozen=True)
class Study:
    """One study with its label."""

    name: str
    stage: int
    """Index into `STAGES`, or `HEALTHY`."""
    split: str
    volumes: dict[tuple[str, str], Volume]
    """By sequence and variant."""
    patient: str = ""
    """Whose it is: all studies of a patient stay together."""
    fold: int | None = None
    """Of cross-validation, if the cohort has folds."""

    def __post_init__(self) -> None:
        """Without a patient's name every study is a patient's only one."""
        if not self.patient:
            object.__setattr__(self, "patient", self.name)

    def has(self, variant: str) -> bool:
        """Whether any of its volumes was prepared by a variant."""
        return any(prepared == variant for _, prepared in self.volumes)

    def volume(self, sequence: str, variant: str) -> Volume | None:
        """The volume of a sequence as prepared by this variant: a figure is of what its name says."""
        return self.volumes.get((sequence, variant))

    def volume_for_training(self, sequence: str, preferred: str) -> Volume | None:
        """The same, or by the other variant where that one is missing: there is no volume to waste."""
        there = (self.volumes.get((sequence, variant)) for variant in (preferred, *VARIANTS))
        return next(filter(None, there), None)


ITEM = ("study", "sequence", "variant", "stage", "split", "tensor", "positions")
"""What every item of the index says."""

KNOWN = {"stage": (*STAGES, "healthy"), "split": SPLITS, "sequence": SEQUENCES, "variant": VARIANTS}


def read_index(folder: Path) -> dict:
    """`index.json` of a prepared folder. ValueError where a network cannot be trained on it."""
    path = folder / "index.json"
    if not path.exists():
        raise FileNotFoundError(f"There is no {path}: expected a folder that `hepastage prepare` wrote.")
    index = json.loads(path.read_text())
    if "preprocessing" not in index or "items" not in index:
        raise ValueError(f"{path}: expected the keys preprocessing and items. Run `hepastage prepare` again.")
    preprocessing = index["preprocessing"]
    unexplained = {item.get("sequence") for item in index["items"]} - set(preprocessing)
    if unexplained:
        raise ValueError(f"{path} does not say how {', '.join(map(str, unexplained))} was prepared. Prepare it again.")
    sides = {f"{how.get('height')}×{how.get('width')}" for how in preprocessing.values()}
    if len(sides) > 1:
        raise ValueError(
            f"{path}: T1W and T2W have slices of different sides, {' and '.join(sorted(sides))}: "
            "one network reads both, so prepare both with the same height and width."
        )
    return index


def index_digest(folder: Path) -> str:
    """SHA-256 of an index that stands for its tensors. ValueError where it does not name their digests."""
    if not all(item.get("sha256") for item in read_index(folder)["items"]):
        raise ValueError(
            f"{folder / 'index.json'} does not hold the digests of its tensors. Run `hepastage prepare` again."
        )
    return hashlib.sha256((folder / "index.json").read_bytes()).hexdigest()


def digest_of(studies: Iterable[Study]) -> str:
    """SHA-256 of what a training sees of its studies: who is in which split, with which stage and tensors."""
    facts = sorted(
        (s.split, s.patient, s.name, s.stage, [(*key, v.sha256, v.scale) for key, v in sorted(s.volumes.items())])
        for s in studies
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def read_studies(folder: Path, healthy: bool = False) -> list[Study]:
    """All studies of a prepared folder, by name; healthy subjects, who have no stage, only if asked for.

    ValueError for a study with two labels, and for a study or patient in two splits or folds: that is a leak.
    """
    index = read_index(folder)
    studies: dict[str, Study] = {}
    for item in index["items"]:
        read = study_of(item)
        study = studies.setdefault(read.name, read)
        if replace(read, volumes=study.volumes) != study:
            raise ValueError(
                f"{read.name} stands in the index with two splits, folds, patients or stages: it has one of each."
            )
        positions = np.asarray(item["positions"], np.float32)
        volume = Volume(folder / item["tensor"], positions, item.get("sha256", ""))
        study.volumes[item["sequence"], item["variant"]] = volume
    refuse_leaks(studies.values())
    return sorted((s for s in studies.values() if healthy or s.stage != HEALTHY), key=lambda study: study.name)


def study_of(item: dict) -> Study:
    """What an item of the index says of its study, without volumes."""
    missing = [key for key in ITEM if key not in item]
    if missing:
        raise ValueError(f"{item.get('study', 'An item of the index')} lacks {', '.join(missing)}: prepare it again.")
    name, stage, split = item["study"], item["stage"], item["split"]
    for key, known in KNOWN.items():
        if item[key] not in known:
            raise ValueError(f"{name}: its {key} {item[key]!r} is unknown; expected one of {', '.join(known)}.")
    grade = HEALTHY if stage == "healthy" else STAGES.index(stage)
    return Study(name, grade, split, {}, item.get("patient", name), item.get("fold"))


def refuse_leaks(studies: Iterable[Study]) -> None:
    """ValueError if a patient's studies are in two splits or two folds."""
    first: dict[str, Study] = {}
    for study in studies:
        other = first.setdefault(study.patient, study)
        if (study.split, study.fold) != (other.split, other.fold):
            raise ValueError(
                f"Patient {study.patient} is in two splits or folds: {other.name} in {other.split}, fold {other.fold}, "
                f"and {study.name} in {study.split}, fold {study.fold}. That is a leak: mend the cohort's table."
            )


def of_split(studies: Iterable[Study], split: str) -> list[Study]:
    """The studies of one split."""
    return [study for study in studies if study.split == split]


def read_preprocessing(folder: Path) -> dict[str, dict[str, float]]:
    """By sequence, the settings that the tensors were prepared with: they belong into the manifest."""
    return read_index(folder)["preprocessing"]


def of_sequences(studies: Iterable[Study], sequences: str) -> list[Study]:
    """Studies with the volumes of some sequences only ("T1W", "T2W", "T1W+T2W"), without those that have none."""
    wanted = sequences.split("+")
    kept = (replace(s, volumes={key: v for key, v in s.volumes.items() if key[0] in wanted}) for s in studies)
    return [study for study in kept if study.volumes]
