"""Whatever a training imports of the lab is among the sources that make it run again."""

import ast
from pathlib import Path

from hepatrain.sources import TRAINING_SOURCES

TRAINING = Path(__file__).resolve().parents[1]

NO_MATTER = {"conformal", "intervals", "package.runtime", "revision", "run_folder"}
"""They only measure, keep or name what was trained, or run a package's graphs."""


def imports_of(path: Path) -> set[Path]:
    """Modules of the lab that a file imports, anywhere in it."""
    names = {node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
    return {TRAINING / f"{name.replace('.', '/')}.py" for name in names if name and name.startswith("hepatrain.")}


def test_no_module_of_a_training_is_forgotten():
    counted = {path for pattern in TRAINING_SOURCES for path in TRAINING.glob(pattern)}
    no_matter = {TRAINING / f"hepatrain/{name.replace('.', '/')}.py" for name in NO_MATTER}
    todo = {TRAINING / f"hepatrain/{name}.py" for name in ("train", "answers")}
    found: set[Path] = set()
    while todo:
        path = todo.pop()
        found.add(path)
        if path.is_file() and path not in no_matter:
            todo |= imports_of(path) - found
    files = {path for path in found if path.is_file()}
    assert len(files) > 20
    assert {str(path.relative_to(TRAINING)) for path in files - counted - no_matter} == set()
