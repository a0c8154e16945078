"""`python -m hepatrain.evaluate`: every figure of a table of predictions."""

import argparse
import json
from pathlib import Path

from hepatrain.command import command_line
from hepatrain.evaluation import as_json, evaluate
from hepatrain.figures import write_figures
from hepatrain.predictions import PredictionTable, read_predictions
from hepatrain.report import HEADLINE, report, table
from hepatrain.vocabulary import SPLITS


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.evaluate", description=__doc__)
    parser.add_argument("predictions", type=Path, help="CSV file of `hepatrain.predict` or `hepastage evaluate`")
    parser.add_argument("--against", type=Path, help="predictions of another model for the same studies")
    parser.add_argument("--split", choices=SPLITS, help="only this split's rows")
    parser.add_argument("--cohort", default="studies", help="what the studies are, in words")
    parser.add_argument("--cirrmri600", action="store_true", help="the studies are CirrMRI600+, as the paper's")
    parser.add_argument("--out", type=Path, help="folder for metrics.json, report.md and figures")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()

    def rows(path: Path) -> PredictionTable:
        predictions = read_predictions(path)
        return predictions.where(predictions.split == options.split) if options.split else predictions

    predictions = rows(options.predictions)
    command = command_line("hepatrain.evaluate")
    against = rows(options.against) if options.against else None
    evaluation = evaluate(predictions, options.cohort, command, against)
    content = json.dumps(as_json(evaluation), indent=2, ensure_ascii=False, allow_nan=False)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        figures = write_figures(predictions, options.out)
        (options.out / "metrics.json").write_text(content + "\n")
        words = report(evaluation, options.cohort, options.cirrmri600, figures)
        (options.out / "report.md").write_text(words)
    print(content if options.json else table(evaluation.patient, HEADLINE))


if __name__ == "__main__":
    main()
