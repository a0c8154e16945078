"""The grid: a base configuration, and for each row what differs from it."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hepatrain.config import NetworkConfig, TrainingConfig, config_of

FULL = "full"
RADIOMICS = "radiomics"
"""The row that all others are compared with."""


@dataclass(frozen=True)
class Variation:
    """One row of the grid."""

    name: str
    network: NetworkConfig
    training: TrainingConfig

    def seeded(self, seed: int) -> TrainingConfig:
        """Its training with a seed."""
        return replace(self.training, seed=seed)


def read_grid(path: Path) -> list[Variation]:
    """A file `{"base": {…}, "rows": {name: {…}}}`, each part as a configuration file's content.

    The row `full` is there, and is the base itself. ValueError names file, row and key.
    """
    try:
        stored = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not JSON: {error}.") from error
    if not isinstance(stored, dict) or set(stored) != {"base", "rows"} or FULL not in stored["rows"]:
        raise ValueError(f"{path.name}: expected the keys base and rows, and a row named {FULL}.")
    if stored["rows"][FULL] != {}:
        raise ValueError(f"{path.name}: the row {FULL} is the base itself: leave it empty.")
    network, training = parts_of(stored["base"], f"{path.name}, base")
    base = asdict(config_of(NetworkConfig, network, f"{path.name}, base, network"))
    base_training = asdict(config_of(TrainingConfig, training, f"{path.name}, base, training"))
    grid: list[Variation] = []
    for name, row in stored["rows"].items():
        where = f"{path.name}, {name}"
        if name == RADIOMICS or name.replace(" ", "-") in {other.name.replace(" ", "-") for other in grid}:
            raise ValueError(f"{where}: the name is taken: rows are kept by name, and {RADIOMICS} is the forest's.")
        network, training = parts_of(row, where)
        if name != FULL and not network and not training:
            raise ValueError(f"{where}: nothing differs from the base: leave the row out.")
        grid.append(
            Variation(
                name,
                config_of(NetworkConfig, {**base, **network}, f"{where}, network"),
                config_of(TrainingConfig, {**base_training, **training}, f"{where}, training"),
            )
        )
    return grid


def parts_of(stored: object, where: str) -> tuple[dict, dict]:
    """Network and training."""
    if not isinstance(stored, dict) or set(stored) - {"network", "training"}:
        raise ValueError(f"{where}: expected the keys network and training, received {stored!r}.")
    return stored.get("network", {}), stored.get("training", {})
