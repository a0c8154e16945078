"""`python -m hepatrain.unseen`: how well the stager's distance tells studies of an unseen kind from those it knows."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hepatrain.answers import Model, PackageModel, stage
from hepatrain.command import command_line
from hepatrain.data.seen import Seen
from hepatrain.data.studies import Study, of_split, read_studies
from hepatrain.intervals import percentiles, resample
from hepatrain.metrics import Metric, auc
from hepatrain.package.files import MANIFEST, SEEN
from hepatrain.package.runtime import Package
from hepatrain.report import grid, with_interval
from hepatrain.vocabulary import SEQUENCES, SPLITS

VARIANT = "body"
"""Strangers have no liver mask."""

MOST_STUDIES = 64
"""Enough for an interval of ±0.05; every kind of stranger costs an encoding of them all."""


def noise(slices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nothing but noise, as bright as z-scored slices."""
    return rng.standard_normal(slices.shape).astype(np.float32)


CHANGES: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "noise": noise,
    "upside down": lambda slices, _: slices[..., ::-1, :].copy(),
    "mirrored": lambda slices, _: slices[..., ::-1].copy(),
    "inverted contrast": lambda slices, _: -slices,
}
"""Kinds of strangers that are made from known volumes [S, 3, H, W]."""


def distance_of(model: Model, sequence: str, slices: np.ndarray, positions: np.ndarray) -> float:
    """Of one volume, given as a sequence."""
    answer = stage(model, {sequence: (model.encode(sequence, slices)[None], positions[None])})
    if "distance" not in answer:
        raise ValueError("The package's stager has no output `distance`: export it again.")
    return float(answer["distance"][0, SEQUENCES.index(sequence)])


def distances(model: Model, studies: list[Study], seed: int = 0) -> dict[tuple[str, str], dict[str, float]]:
    """By sequence and kind ("known" or a stranger's), the distance of each study that has what it takes."""
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for study in studies:
        for sequence in SEQUENCES:
            volume = study.volume(sequence, VARIANT)
            if volume is None:
                continue
            slices, other = volume.read(), next(s for s in SEQUENCES if s != sequence)
            given = {(sequence, "known"): slices, (other, f"{sequence} given as {other}"): slices}
            given |= {(sequence, kind): change(slices, rng) for kind, change in CHANGES.items()}
            for key, changed in given.items():
                found.setdefault(key, {})[study.name] = distance_of(model, key[0], changed, volume.positions)
    return found


def strangers_of(words: list[str]) -> dict[str, Path]:
    """`NAME=DIR` of the command line, by name. ValueError for a name that is missing, taken, or given twice."""
    folders: dict[str, Path] = {}
    for word in words:
        name, _, folder = word.partition("=")
        if not name or not folder or name in {"known", *CHANGES, *folders}:
            raise ValueError(f"--other {word}: expected NAME=DIR with a name of its own, e.g. brains=runs/brains.")
        folders[name] = Path(folder)
    return folders


def distances_of_others(model: Model, kind: str, folder: Path) -> dict[tuple[str, str], dict[str, float]]:
    """The same of a prepared folder of strangers."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for study in read_studies(folder, healthy=True):
        for sequence in SEQUENCES:
            volume = study.volume(sequence, VARIANT)
            if volume:
                distance = distance_of(model, sequence, volume.read(), volume.positions)
                found.setdefault((sequence, kind), {})[study.name] = distance
    return found


def auroc(known: dict[str, float], strange: dict[str, float]) -> tuple[float, float, float]:
    """How often a stranger is farther away than a known study, with its interval: studies are resampled."""
    names = np.array([*known, *strange])
    score = np.array([*known.values(), *strange.values()])
    positive = np.arange(len(score)) >= len(known)
    values = auc(positive, score, np.concatenate((np.ones((1, len(score))), resample(names))))
    return float(values[0]), *percentiles(values[1:])


def unseen_metrics(found: dict[tuple[str, str], dict[str, float]], cohort: str, command: str) -> list[Metric]:
    """`ood_auroc` for each sequence and kind of stranger."""
    metrics = []
    for (sequence, kind), strange in found.items():
        known = found.get((sequence, "known"), {})
        if kind != "known" and known:
            value, lower, upper = (round(bound, 4) for bound in auroc(known, strange))
            words = f"{cohort}; strangers: {kind}"
            metrics.append(Metric("ood_auroc", sequence, value, len(strange), words, command, lower, upper))
    return metrics


def rows_of(
    found: dict[tuple[str, str], dict[str, float]], metrics: list[Metric], thresholds: dict[str, float]
) -> list[list[str]]:
    """Lines of the report."""
    lines = [["sequence", "kind", "studies", "median distance", "beyond the threshold", "AUROC"]]
    of_kind = {(m.input, m.measuredOn.partition("; strangers: ")[2]): m for m in metrics}
    for (sequence, kind), by_study in sorted(found.items(), key=lambda item: (item[0][0], item[0][1] != "known")):
        values = np.array(list(by_study.values()))
        limit = thresholds.get(sequence)
        beyond = "–" if limit is None else f"{(values > limit).mean():.1%}"
        area = with_interval(of_kind.get((sequence, kind)))
        lines.append([sequence, kind, str(len(values)), f"{np.median(values):.2f}", beyond, area])
    return lines


def thresholds_of(package: Path) -> dict[str, float]:
    """By sequence, of a package's manifest; empty if it has none."""
    manifest = json.loads((package / MANIFEST).read_text())
    return {t["sequence"]: t["threshold"] for t in manifest.get("distribution", {}).get("thresholds", [])}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.unseen", description=__doc__)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--other", nargs="*", default=[], help="NAME=DIR: prepared folders of strangers")
    parser.add_argument("--cohort", default="studies", help="what the known studies are, in words")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    model = PackageModel(Package(options.package))
    others = strangers_of(options.other)
    known = of_split(read_studies(options.prepared), options.split)[:MOST_STUDIES]
    if not known:
        raise ValueError(f"{options.prepared} has no study of the split {options.split}: nothing to compare with.")
    if options.split == "test":
        Seen.read(options.package / SEEN).refuse(known)
    found = distances(model, known)
    for kind, folder in others.items():
        found |= distances_of_others(model, kind, folder)
    command = command_line("hepatrain.unseen")
    metrics = unseen_metrics(found, options.cohort, command)
    if options.out:
        content = json.dumps([asdict(metric) for metric in metrics], indent=2, ensure_ascii=False)
        options.out.write_text(content + "\n")
    print(grid(rows_of(found, metrics, thresholds_of(options.package))))


if __name__ == "__main__":
    main()
