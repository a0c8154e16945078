"""What a training run leaves on disk: its state after every epoch, and its curves."""

import csv
import shutil
from pathlib import Path
from typing import Any

import torch


class RunFolder:
    """`last.pt`, `metrics.csv` and TensorBoard's event files. Every file is complete whenever it is there."""

    def __init__(self, folder: Path) -> None:
        """The folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.state, self.metrics, self.events = folder / "last.pt", folder / "metrics.csv", folder / "tensorboard"
        self.folder = folder
        self.curves: Any = None

    def clear(self) -> None:
        """Remove what an earlier run left, its checkpoint too: nothing of it is to be taken for the new run's."""
        for path in (self.state, self.metrics, self.folder / "checkpoint.pt"):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.events, ignore_errors=True)

    def load(self) -> dict[str, Any]:
        """The state after the last complete epoch. FileNotFoundError if there is none."""
        if not self.state.exists():
            raise FileNotFoundError(f"There is nothing to resume in {self.folder}: it has no last.pt.")
        return torch.load(self.state, map_location="cpu", weights_only=True)

    def save(self, state: dict[str, Any]) -> None:
        """Replace the state by that after another epoch."""
        unfinished = self.state.with_name("last.pt.new")
        torch.save(state, unfinished)
        unfinished.replace(self.state)

    def write_metrics(self, rows: list[dict[str, float]]) -> None:
        """All epochs so far as CSV, one line each, and the last one as TensorBoard's scalars."""
        columns = list(dict.fromkeys(name for row in rows for name in row))
        unfinished = self.metrics.with_name("metrics.csv.new")
        with unfinished.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        unfinished.replace(self.metrics)

        epoch = int(rows[-1]["epoch"])
        if self.curves is None:
            from torch.utils.tensorboard import SummaryWriter  # a second to import: only who keeps a run waits

            # Whatever an interrupted run wrote of this epoch and after is not shown.
            self.curves = SummaryWriter(str(self.events), purge_step=epoch)
        for name, value in rows[-1].items():
            if name != "epoch":
                self.curves.add_scalar(name.replace(" ", "/"), value, epoch)
        self.curves.flush()

    def close(self) -> None:
        """No more epochs will come."""
        if self.curves is not None:
            self.curves.close()
