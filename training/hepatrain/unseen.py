"""`python -m hepatrain.unseen`: how well the stager's distance tells studies of an unseen kind from those it knows."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hepatrain.answers import Model, PackageModel, stage
from hepatrain.command import command_line
from hepatrain.data.seen import Seen
from hepatrain.data.studies import Study, of_split, read_studies
from hepatrain.intervals import Estimate, percentiles, resample
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


@dataclass(frozen=True)
class Kind:
    """How far the studies of one kind are from those that the model was trained on."""

    sequence: str
    kind: str
    """`known`, or what they are instead."""
    studies: int
    auroc: Estimate | None
    """Of telling them from the known ones; None for those."""
    median: float | None = None
    """Distance; None where only the AUROC was kept."""
    beyond: float | None = None
    """Share that is told as OUT_OF_DISTRIBUTION; None where the model has no limit."""


def kinds_of(found: dict[tuple[str, str], dict[str, float]], limits: dict[str, float]) -> list[Kind]:
    """By sequence, the known studies first. limits: the largest usual distance by sequence."""
    kinds = []
    for (sequence, kind), by_study in sorted(found.items(), key=lambda item: (item[0][0], item[0][1] != "known")):
        known, limit = found.get((sequence, "known")), limits.get(sequence)
        values = np.array(list(by_study.values()))
        kinds.append(
            Kind(
                sequence,
                kind,
                len(values),
                auroc=Estimate(*auroc(known, by_study)) if known and kind != "known" else None,
                median=float(np.median(values)),
                beyond=None if limit is None else float((values > limit).mean()),
            )
        )
    return kinds


OF_STRANGERS = "; strangers: "


def unseen_metrics(kinds: list[Kind], cohort: str, command: str) -> list[Metric]:
    """`ood_auroc` for each sequence and kind of stranger."""
    metrics = []
    for kind in kinds:
        if kind.auroc:
            value, *bounds = (round(bound, 4) for bound in (kind.auroc.value, kind.auroc.lower, kind.auroc.upper))
            words = f"{cohort}{OF_STRANGERS}{kind.kind}"
            metrics.append(Metric("ood_auroc", kind.sequence, value, kind.studies, words, command, *bounds))
    return metrics


def kind_of_metric(metric: Metric) -> Kind:
    """What a manifest kept of a kind of stranger."""
    kind = metric.measuredOn.partition(OF_STRANGERS)[2]
    return Kind(metric.input, kind, metric.studies, Estimate(metric.value, metric.lower, metric.upper))


def write_kinds(path: Path, kinds: list[Kind], cohort: str, command: str) -> None:
    """JSON for programs."""
    content = {"command": command, "cohort": cohort, "kinds": [asdict(kind) for kind in kinds]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_kinds(path: Path) -> tuple[list[Kind], str]:
    """The same again, and the command that it came from."""
    content = json.loads(path.read_text())
    kinds = [Kind(**kind | {"auroc": kind["auroc"] and Estimate(**kind["auroc"])}) for kind in content["kinds"]]
    return kinds, content["command"]


def kinds_table(kinds: list[Kind]) -> str:
    """Markdown."""

    def shown(value: float | None, form: str) -> str:
        return "–" if value is None else format(value, form)

    lines = [["sequence", "kind", "studies", "median distance", "beyond the limit", "AUROC"]]
    for kind in kinds:
        figures = (shown(kind.median, ".2f"), shown(kind.beyond, ".1%"), with_interval(kind.auroc))
        lines.append([kind.sequence, kind.kind, str(kind.studies), *figures])
    return grid(lines)


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
    kinds = kinds_of(found, thresholds_of(options.package))
    if options.out:
        write_kinds(options.out, kinds, options.cohort, command_line("hepatrain.unseen"))
    print(kinds_table(kinds))


if __name__ == "__main__":
    main()
