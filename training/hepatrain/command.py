"""The command that made a result, as it is written beside it."""

import os
import shlex
import sys
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1]


def command_line(module: str) -> str:
    """This process's own arguments, to be run again in a shell from the repository's root.

    Relative paths are those of training/, where every command of the lab is run; absolute ones are told from there,
    because another machine has other folders above.
    """
    words = (os.path.relpath(word, TRAINING) if Path(word).is_absolute() else word for word in sys.argv[1:])
    return f"cd training && {shlex.join(['.venv/bin/python', '-m', module, *words])}"
