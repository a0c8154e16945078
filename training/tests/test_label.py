"""What labels tell people: their commands exist and take the words that are written there."""

import argparse
import importlib
import json
import shlex
import subprocess
from pathlib import Path

import pytest

from hepatrain.package.label import Label

TRAINING = Path(__file__).resolve().parents[1]
REPOSITORY = TRAINING.parent
NODE = REPOSITORY / "node_modules/node/bin/node"
LABELS = [TRAINING / f"{name}-label.json" for name in ("smoke", "radiomics")] + [TRAINING / "phantom-light.json"]


class ParsedError(Exception):
    """The command line was understood: the command itself is not run."""


def parse(module: str, words: list[str], monkeypatch) -> None:
    """Let a module of the lab parse its words; argparse ends a process that gives it wrong ones."""
    parse_args = argparse.ArgumentParser.parse_args

    def stop(self, *rest):
        parse_args(self, words)
        raise ParsedError

    with monkeypatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", stop)
        with pytest.raises(ParsedError):
            importlib.import_module(module).main()


def ask_hepastage(words: list[str], folder: Path) -> None:
    """Run it where there is no cohort: wrong options are told before a missing file."""
    command = [str(NODE), str(REPOSITORY / "packages/cli/src/main.ts"), *words]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert "cohort.csv" in ended.stderr and "option" not in ended.stderr, ended.stderr


@pytest.mark.parametrize("path", LABELS, ids=lambda path: path.stem)
@pytest.mark.parametrize("field", ["rebuild", "measure"])
def test_the_commands_of_a_label_can_be_run(path, field, monkeypatch, tmp_path):
    scripts = json.loads((REPOSITORY / "package.json").read_text())["scripts"]
    for command in getattr(Label.read(path), field).split(" && "):
        match shlex.split(command):
            case ["cd", folder]:
                assert (REPOSITORY / folder).is_dir()
            case [".venv/bin/python", "-m", module, *words]:
                parse(module, words, monkeypatch)
            case ["npm", "run", "--silent", "hepastage", "--", *words]:
                if not NODE.exists():
                    pytest.skip("no Node.js here: run npm ci")
                ask_hepastage(words, tmp_path)
            case ["npm", "run", script]:
                assert script in scripts
            case _:
                pytest.fail(f"{path.name}, {field}: nobody knows how to check {command!r}")
