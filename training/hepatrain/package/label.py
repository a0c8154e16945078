"""What people are told of a package: written by whoever chose its cohort, never guessed from code."""

import json
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Label:
    """All of it is needed, and nothing has a default: a text that fits one cohort is false of another."""

    name: str
    version: str
    cohort: str
    """What the test studies are."""
    intended_use: str
    """What the model is for and what it is not for, and whose stages it gives."""
    licence: str
    """Of the weights, with the licence of the data that went into them."""
    reading: str
    """How to read the figures."""
    limits: tuple[str, ...]
    """What the cohort does not hold and the model cannot do."""
    rebuild: str
    """The command that rebuilds the package."""
    measure: str
    """The command that measures it again."""

    @staticmethod
    def read(path: Path) -> "Label":
        """Read a JSON object of these fields. Refuses one that lacks a field, leaves it empty or has another."""
        stored = json.loads(path.read_text())
        known = {field.name for field in fields(Label)}
        wrong = sorted({name for name in known if not stored.get(name)} | (set(stored) - known))
        if wrong:
            raise ValueError(f"{path.name}: missing, empty or unknown: {', '.join(wrong)}.")
        return Label(**{**stored, "limits": tuple(stored["limits"])})
