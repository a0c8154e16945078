"""A trained network on disk, with everything that made it."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from hepatrain.config import NetworkConfig, TrainingConfig, config_of
from hepatrain.data.seen import Seen
from hepatrain.network.model import StagingNetwork


@dataclass(frozen=True)
class Checkpoint:
    """Weights and where they come from."""

    network: StagingNetwork
    training: TrainingConfig
    preprocessing: dict[str, dict[str, float]]
    """By sequence, in the manifest's words."""
    trained_on: str
    """What the studies were, in words."""
    revision: str
    """Of the code that trained it."""
    seen: Seen
    """Whom it was trained and stopped on."""

    def save(self, path: Path) -> None:
        """Write tensors and plain values only: nothing that runs code when read. The file appears complete or not."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.new")
        torch.save(
            {
                "weights": self.network.state_dict(),
                "network": asdict(self.network.config),
                "training": asdict(self.training),
                "preprocessing": self.preprocessing,
                "trained_on": self.trained_on,
                "revision": self.revision,
                "seen": asdict(self.seen),
            },
            unfinished,
        )
        unfinished.replace(path)

    @staticmethod
    def load(path: Path) -> "Checkpoint":
        """Read what `save` wrote; the network is in eval mode. ValueError for an older one."""
        stored = torch.load(path, map_location="cpu", weights_only=True)
        if "seen" not in stored:
            raise ValueError(
                f"{path} does not say whom its network has seen: it is from before that was kept. Train again."
            )
        network = StagingNetwork(config_of(NetworkConfig, stored["network"], f"{path.name}, network"))
        network.load_state_dict(stored["weights"])
        network.eval()
        training = config_of(TrainingConfig, stored["training"], f"{path.name}, training")
        words = (stored["preprocessing"], stored["trained_on"], stored["revision"])
        return Checkpoint(network, training, *words, Seen.from_plain(stored["seen"]))
