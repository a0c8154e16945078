"""`python -m hepatrain.ablate`: a grid of trainings, each part of the method off at a time, as one table.

Every run trains on the training studies, stops by the validation studies and answers for the test studies. What is done
stays in the run's folder, so that an interrupted grid goes on.
"""

import argparse
import json
from pathlib import Path

from hepatrain.ablation.grid import RADIOMICS, Variation, read_grid
from hepatrain.ablation.radiomics import forest_answers
from hepatrain.ablation.runs import is_done, path_of, run
from hepatrain.ablation.table import as_json, markdown, page, rows_of, sequence_rows
from hepatrain.command import command_line
from hepatrain.data.studies import read_studies
from hepatrain.parallel import run_all
from hepatrain.predictions import PredictionTable, read_predictions


def ablate(
    prepared: Path, grid: list[Variation], folder: Path, seeds: list[int], processes: int, features: Path | None
) -> dict[str, list[PredictionTable]]:
    """Do the runs that are not done yet. By row the test predictions of each seed."""
    calls = [
        (prepared, folder, variation, seed)
        for seed in seeds
        for variation in grid
        if not is_done(prepared, folder, variation, seed)
    ]
    run_all(run, calls, processes)
    answers: dict[str, list[PredictionTable]] = {
        variation.name: [read_predictions(path_of(folder, variation.name, seed)) for seed in seeds]
        for variation in grid
    }
    if features:
        studies = read_studies(prepared)
        answers[RADIOMICS] = [forest_answers(features, studies, seed) for seed in seeds]
    return answers


def main() -> None:
    """Run the grid and write the table."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.ablate", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--grid", type=Path, required=True, help="JSON file, see hepatrain.ablation.grid")
    parser.add_argument("--run", type=Path, required=True, help="folder for the runs' predictions")
    parser.add_argument("--features", type=Path, help="of the same studies, as `hepastage features` writes them")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--processes", type=int, default=2, help="trainings at once, one core each")
    parser.add_argument("--cohort", required=True, help="what the studies are, in words")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--markdown", type=Path, help="Markdown file to write")
    parser.add_argument("--dry-run", action="store_true", help="only list the runs")
    options = parser.parse_args()
    grid = read_grid(options.grid)
    if options.dry_run:
        for seed in options.seeds:
            for variation in grid:
                done = is_done(options.prepared, options.run, variation, seed)
                print(f"{variation.name}, seed {seed}: {'done' if done else 'to do'}")
        return
    answers = ablate(options.prepared, grid, options.run, options.seeds, options.processes, options.features)
    rows, sequences = rows_of(answers), sequence_rows(answers)
    command = command_line("hepatrain.ablate")
    if options.out:
        content = {
            "command": command,
            "measuredOn": options.cohort,
            "seeds": options.seeds,
            "rows": as_json(rows),
            "oneSequence": as_json(sequences),
        }
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    if options.markdown:
        options.markdown.parent.mkdir(parents=True, exist_ok=True)
        options.markdown.write_text(page(rows, sequences, options.cohort, command, options.seeds))
    print(markdown(rows))


if __name__ == "__main__":
    main()
