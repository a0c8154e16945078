"""`python -m hepatrain.phantoms.compare`: shape and texture of phantom livers beside those of CirrMRI600+, by stage.

Only measures that do not depend on a scanner's units are compared. Real masks are drawn by hand, phantom masks are
the truth: some of the difference in surface is that.
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nibabel as nib
import numpy as np
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from hepatrain.phantoms.glcm import glcm_features
from hepatrain.vocabulary import SEQUENCES, STAGES

Row = dict[str, str]
Values = dict[str, list[np.ndarray]]
"""By measure: its values at each stage."""

BIN_WIDTH = 25
"""Of the real tables' texture features."""


def column(name: str) -> Callable[[Row], float]:
    """A measure that is a column of the tables."""
    return lambda row: float(row[f"original_{name}"])


def first_order(row: Row, name: str) -> float:
    """A first-order feature of a row."""
    return float(row[f"original_firstorder_{name}"])


MEASURES: dict[str, Callable[[Row], float]] = {
    "MeshVolume, litres": lambda row: float(row["original_shape_MeshVolume"]) / 1e6,
    "Sphericity": column("shape_Sphericity"),
    "SurfaceVolumeRatio, 1/mm": column("shape_SurfaceVolumeRatio"),
    "Elongation": column("shape_Elongation"),
    "Flatness": column("shape_Flatness"),
    "MajorAxisLength, mm": column("shape_MajorAxisLength"),
    "coefficient of variation": lambda row: first_order(row, "Variance") ** 0.5 / first_order(row, "Mean"),
    "InterquartileRange / Median": lambda row: first_order(row, "InterquartileRange") / first_order(row, "Median"),
    "Skewness": column("firstorder_Skewness"),
    "Kurtosis": column("firstorder_Kurtosis"),
}
TEXTURE: dict[str, Callable[[Row], float]] = {
    "GLCM Correlation": column("glcm_Correlation"),
    "GLCM Idn": column("glcm_Idn"),
}
"""Needs the phantoms' volumes."""


def read_rows(path: Path) -> list[Row]:
    """Rows of a CSV table.

    Raises:
        ValueError: if a row has no stage that is known.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=2):
        if row.get("stage") not in STAGES:
            raise ValueError(f"{path}, line {number}: stage {row.get('stage')!r}; expected one of {', '.join(STAGES)}.")
    return rows


def texture_of(row: Row, folder: Path, level: float) -> Row:
    """GLCM columns of one row of a cohort's table. The volume is scaled so that the liver's median is `level`, the
    real livers' median: bins of fixed width are then as fine as theirs."""
    volume = np.asarray(nib.load(folder / row["image"]).dataobj, dtype=float)
    mask = np.asarray(nib.load(folder / row["liver_mask"]).dataobj) > 0
    features = glcm_features(volume * (level / np.median(volume[mask])), mask, BIN_WIDTH)
    return {f"original_glcm_{name}": repr(value) for name, value in features.items()}


def add_texture(phantoms: list[Row], cohort: Path, level: dict[str, float], processes: int) -> None:
    """Put GLCM columns into the phantoms' rows, from the volumes that a cohort's table lists."""
    masked = {(row["study"], row["sequence"]): row for row in read_rows(cohort) if row["liver_mask"]}
    missing = [row["study"] for row in phantoms if (row["study"], row["sequence"]) not in masked]
    if missing:
        raise ValueError(f"{cohort} has no row with a liver mask for {missing[0]}; pass the cohort that was measured.")
    sources = [masked[row["study"], row["sequence"]] for row in phantoms]
    with ProcessPoolExecutor(processes) as pool:
        levels = [level[row["sequence"]] for row in phantoms]
        textures = pool.map(texture_of, sources, [cohort.parent] * len(sources), levels)
        for row, texture in zip(phantoms, textures, strict=True):
            row.update(texture)


def by_stage(rows: Iterable[Row], measures: dict[str, Callable[[Row], float]]) -> Values:
    """Values of each measure at each stage."""
    rows = list(rows)
    return {
        name: [np.array([measure(row) for row in rows if row["stage"] == stage]) for stage in STAGES]
        for name, measure in measures.items()
    }


def summary(stages: list[np.ndarray]) -> dict[str, object]:
    """Median and quartiles of each stage, and Spearman's correlation with the stage."""
    order = np.repeat(range(len(stages)), [len(values) for values in stages])
    quartiles = {
        stage: dict(zip(("lower", "median", "upper"), np.percentile(values, (25, 50, 75)).tolist(), strict=True))
        for stage, values in zip(STAGES, stages, strict=True)
    }
    return {**quartiles, "spearman": float(spearmanr(order, np.concatenate(stages)).statistic)}


def draw(real: dict[str, Values], phantom: dict[str, Values]) -> Figure:
    """Box plots: a row of panels for each sequence and half of the measures; real livers grey, phantoms blue."""
    names = list(real[SEQUENCES[0]])
    columns = (len(names) + 1) // 2
    figure = Figure(figsize=(2.9 * columns, 2.6 * 2 * len(SEQUENCES)), layout="constrained")
    panels = figure.subplots(2 * len(SEQUENCES), columns).flat
    for sequence in SEQUENCES:
        for name in names:
            panel = next(panels)
            for shift, values, colour in ((-0.2, real, "0.75"), (0.2, phantom, "tab:blue")):
                panel.boxplot(
                    values[sequence][name], positions=np.arange(len(STAGES)) + shift, widths=0.34, showfliers=False,
                    patch_artist=True, boxprops={"facecolor": colour}, medianprops={"color": "black"},
                )  # fmt: skip
            panel.set_xticks(range(len(STAGES)), STAGES)
            panel.set_title(f"{sequence} {name}", fontsize=9)
            panel.tick_params(labelsize=8)
        for _ in range(2 * columns - len(names)):
            next(panels).set_axis_off()
    figure.suptitle("Livers of CirrMRI600+ (grey) and phantoms (blue): quartiles, whiskers to 1.5 interquartile ranges")
    return figure


def markdown(table: dict[str, dict[str, dict[str, dict]]]) -> str:
    """The summaries as one table."""
    lines = [
        f"| sequence | measure | livers | {' | '.join(STAGES)} | Spearman with stage |",
        "| --- | --- | --- |" + " --- |" * (len(STAGES) + 1),
    ]
    for sequence, measures in table.items():
        for name, sources in measures.items():
            for source, figures in sources.items():
                cells = [
                    f"{figures[stage]['median']:.3g} ({figures[stage]['lower']:.3g} to {figures[stage]['upper']:.3g})"
                    for stage in STAGES
                ]
                lines.append(f"| {sequence} | {name} | {source} | {' | '.join(cells)} | {figures['spearman']:+.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Read the tables, draw the figure, and write the medians beside it as JSON and Markdown."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.phantoms.compare", description=__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder with the real t1w.csv and t2w.csv")
    parser.add_argument("--features", type=Path, required=True, help="what `hepastage features` wrote of the phantoms")
    parser.add_argument("--cohort", type=Path, help="the phantoms' cohort.csv: texture is compared too")
    parser.add_argument("--out", type=Path, required=True, help="the figure; .json and .md are written beside it")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()

    tables = {sequence: read_rows(options.tables / f"{sequence.lower()}.csv") for sequence in SEQUENCES}
    phantoms = read_rows(options.features)
    measures = MEASURES
    if options.cohort:
        measures = {**MEASURES, **TEXTURE}
        level = {
            sequence: float(np.median([first_order(row, "Median") for row in tables[sequence]]))
            for sequence in SEQUENCES
        }
        add_texture(phantoms, options.cohort, level, options.processes)
    real = {sequence: by_stage(tables[sequence], measures) for sequence in SEQUENCES}
    phantom = {
        sequence: by_stage((row for row in phantoms if row["sequence"] == sequence), measures) for sequence in SEQUENCES
    }
    table = {
        sequence: {
            name: {"real": summary(real[sequence][name]), "phantom": summary(phantom[sequence][name])}
            for name in measures
        }
        for sequence in SEQUENCES
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    draw(real, phantom).savefig(options.out, dpi=110)
    options.out.with_suffix(".json").write_text(json.dumps(table, indent=2) + "\n")
    options.out.with_suffix(".md").write_text(markdown(table) + "\n")
    print(options.out)


if __name__ == "__main__":
    main()
