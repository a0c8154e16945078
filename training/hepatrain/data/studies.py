"""The index of prepared studies: `index.json` and the tensors it names."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES, VARIANTS


@dataclass(frozen=True)
class Volume:
    """One prepared volume."""

    tensor: Path
    positions: np.ndarray
    """float32 [S]: 0 inferior to 1 superior."""

    def read(self, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 [S, 3, H, W], or only some of its slices; reads no more of the file than they need."""
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
    """Index into `STAGES`."""
    split: str
    volumes: dict[tuple[str, str], Volume]
    """By sequence and variant."""

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


def read_studies(folder: Path) -> list[Study]:
    """All studies of a prepared folder, by name. Refuses a study with two splits or two labels: that is a leak."""
    index = json.loads((folder / "index.json").read_text())
    studies: dict[str, Study] = {}
    for item in index["items"]:
        name, sequence, variant = item["study"], item["sequence"], item["variant"]
        if item["stage"] not in STAGES or item["split"] not in SPLITS or sequence not in SEQUENCES:
            raise ValueError(
                f"{name}: stage, split or sequence is unknown: {item['stage']}, {item['split']}, {sequence}."
            )
        study = studies.setdefault(name, Study(name, STAGES.index(item["stage"]), item["split"], {}))
        if (study.stage, study.split) != (STAGES.index(item["stage"]), item["split"]):
            raise ValueError(
                f"{name} stands in the index with two splits or two stages: a study belongs to one of each."
            )
        positions = np.asarray(item["positions"], np.float32)
        study.volumes[sequence, variant] = Volume(folder / item["tensor"], positions)
    return sorted(studies.values(), key=lambda study: study.name)


def of_split(studies: Iterable[Study], split: str) -> list[Study]:
    """The studies of one split."""
    return [study for study in studies if study.split == split]


def read_preprocessing(folder: Path) -> dict[str, dict[str, float]]:
    """By sequence, the settings that the tensors were prepared with: they belong into the manifest."""
    return json.loads((folder / "index.json").read_text())["preprocessing"]
