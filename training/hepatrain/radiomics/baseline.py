"""`python -m hepatrain.radiomics.baseline`: what radiomics can do on a cohort, as JSON and as a Markdown report.

One row for each sequence × classifier × features × with or without age and gender, by nested cross-validation over
patients; then a classifier measured elsewhere before, the dataset's own split, and shuffled stages. What a table does
not tell (age and gender, an official split) is left out.
"""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import sklearn
import threadpoolctl

from hepatrain.command import TRAINING, command_line
from hepatrain.radiomics.comparison import Comparison, Say
from hepatrain.radiomics.feature_rows import digests
from hepatrain.radiomics.report import report_of
from hepatrain.radiomics.tables import read_tables, split_disagreements
from hepatrain.revision import revision_of
from hepatrain.steps import fingerprint_of

SOURCES = (
    *(f"hepatrain/{name}.py" for name in ("intervals", "metrics", "vocabulary")),
    *(
        f"hepatrain/radiomics/{name}.py"
        for name in ("classifiers", "comparison", "feature_rows", "features", "figures", "folds", "nested", "tables")
    ),
)
"""What the figures depend on, relative to training/; versions of packages stand in the result."""
PACKAGES = ("scikit-learn", "numpy", "scipy")


def code_fingerprint() -> str:
    """Of today's `SOURCES`."""
    return fingerprint_of(TRAINING, SOURCES)


def compare(folder: Path, seeds: list[int], say: Say = print) -> dict:
    """What is measured. folder: see `feature_rows`."""
    tables = read_tables(folder)
    comparison = Comparison(tables, seeds, say)
    left_out = [] if comparison.clinical else ["Rows with age and gender: a table does not tell them."]
    if not any(table.has_split for table in tables.values()):
        left_out.append("The dataset's own split: the tables have none.")
    for sentence in left_out:
        say(f"Left out: {sentence}")
    rows = [*comparison.nested(), *comparison.fixed(), *comparison.official(), comparison.shuffled()]
    return {
        "tables": digests(folder),
        "seeds": seeds,
        "versions": {name: version(name) for name in PACKAGES},
        "code": {"revision": revision_of(TRAINING), "fingerprint": code_fingerprint()},
        "leftOut": left_out,
        "splitDisagreements": split_disagreements(tables),
        "rows": rows,
        "differences": list(comparison.differences()),
    }


def main() -> None:
    """Measure and write both files, or only the report of what was measured before."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.radiomics.baseline", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--tables", type=Path, help="folder with t1w.csv and t2w.csv, or file of `hepastage features`")
    source.add_argument("--from", type=Path, dest="stored", help="JSON file of an earlier run: only write its report")
    parser.add_argument("--out", type=Path, help="JSON file to write, with --tables")
    parser.add_argument("--markdown", type=Path, required=True, help="report to write")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--cohort", default="feature tables", help="what the tables are, in words")
    parser.add_argument("--cirrmri600", action="store_true", help="they are CirrMRI600+'s: say what is known of those")
    options = parser.parse_args()
    if (options.tables is None) != (options.out is None):
        parser.error("--out goes with --tables, and --from needs none.")
    if options.stored:
        result = json.loads(options.stored.read_text())
    else:
        # Many small fits: more threads would only wait for each other, and change the last digits. Checking every
        # tree's parameters takes as long as growing it; `feature_rows` lets only finite numbers through.
        with (
            threadpoolctl.threadpool_limits(1),
            sklearn.config_context(skip_parameter_validation=True, assume_finite=True),
        ):
            measured = compare(options.tables, options.seeds, lambda line: print(line, flush=True))
        command = command_line("hepatrain.radiomics.baseline")
        result = {"command": command, "data": options.cohort, "cirrmri600": options.cirrmri600, **measured}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    options.markdown.parent.mkdir(parents=True, exist_ok=True)
    options.markdown.write_text(report_of(result, (options.stored or options.out).name))


if __name__ == "__main__":
    main()
