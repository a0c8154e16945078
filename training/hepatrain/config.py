"""Every hyper-parameter, with its reason, and the files that set them. A checkpoint holds those of its run."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

Encoder = Literal[
    "light",
    "resnet18",
    "resnet34",
    "resnet50",
    "efficientnet-b0",
    "densenet121",
    "vgg19",
    "convnext_tiny",
    "pvt_v2_b1",
]
Sequences = Literal["T1W", "T2W", "T1W+T2W"]


def require(holds: bool, key: str, expected: str, received: object) -> None:
    """One sentence for every value that is out of its range."""
    if not holds:
        raise ValueError(f"{key}: expected {expected}, received {received!r}.")


@dataclass(frozen=True)
class NetworkConfig:
    """What the network is made of. With a package's graphs it is all that PyTorch needs to compute them again."""

    encoder: Encoder = "light"
    """Backbone of both encoders. `light` for a CPU; the last three need requirements-zoo.txt."""
    input: Literal["2d", "2.5d"] = "2.5d"
    """What of a slice is seen: itself only, or its two neighbours as well."""
    fusion: bool = True
    """Multi-scale fusion of strides 8, 16 and 32; off: the last stage only."""
    attention: bool = True
    """Each sequence's own channel and spatial attention; off: plain mean pooling."""
    cross_attention: bool = True
    """Slices of one sequence ask those of the other."""
    pooling: Literal["mean", "max", "gated"] = "gated"
    """Of slices into a study."""
    ordinal: bool = True
    """A head that knows the order of the stages votes beside the categorical one."""
    stages: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    """Of `light`: channels at strides 2, 4, 8, 16, 32. Narrow where maps are large: a core encodes a study in 0.1 s."""
    fused: int = 64
    """Channels of the map that all scales are fused into, at stride 8: heatmap cells of 16 mm at 2 mm pixels."""
    token: int = 96
    """D: length of a slice's token."""
    heads: int = 4
    """Heads of the cross-sequence attention."""
    dropout: float = 0.1
    """On tokens and before the heads; a cohort of some hundred studies overfits the stager first."""

    def __post_init__(self) -> None:
        """Refuse what no network can be made of."""
        require(self.stages >= 2, "stages", "at least 2", self.stages)
        require(len(self.widths) == 5 and min(self.widths) >= 1, "widths", "5 positive integers", list(self.widths))
        require(self.fused >= 4, "fused", "at least 4", self.fused)
        require(self.heads >= 1, "heads", "at least 1", self.heads)
        require(self.token >= 2 and self.token % self.heads == 0, "token", "a multiple of heads", self.token)
        require(0 <= self.dropout < 1, "dropout", "0 or more and less than 1", self.dropout)


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained."""

    seed: int = 7
    sequences: Sequences = "T1W+T2W"
    """What it is trained on at all: a network for one sequence still has both encoders, one of them untrained."""
    pretrained: str = ""
    """File of a published state dict (ImageNet, say) that both backbones start from; empty: random weights."""
    scale: float = 1.0
    """Sides of slices as a share of the prepared ones, for training and measuring alike (`hepatrain.data.shrink`). For
    ablations, where differences count; a model to be served is trained at 1."""
    coarse_epochs: int = 10
    coarse_scale: float = 0.6
    """The first epochs see smaller slices, at a third of the cost: most of what can be learnt shows there already."""
    epochs: int = 7
    """At full resolution, after the coarse ones; only these are candidates."""
    patience: int = 5
    """Epochs without a better validation loss before it stops."""
    studies_per_step: int = 6
    """Small: networks from scratch need a thousand steps, and a core's minutes buy a fixed number of slices."""
    slices_per_volume: int = 3
    """Random slices of each volume in a step: a quarter of the cost of all, and an augmentation by itself."""
    learning_rate: float = 1e-3
    """Peak, reached after the warm-up."""
    warmup: float = 0.1
    """Share of the steps with a rising rate; it falls as a cosine after."""
    weight_decay: float = 0.02
    gradient_norm_max: float = 2.0
    amp: bool = True
    """Mixed precision, on a GPU only: a CPU gains nothing from it."""
    modality_dropout: float = 0.25
    """Probability that a study loses one of its two sequences in a step. A study that keeps both trains all three
    presence patterns at once, so this is lower than the 0.3–0.5 that is usual where only one is trained."""
    liver_variant: float = 0.5
    """Probability that a volume is taken with its liver mask rather than without."""
    ordinal_weight: float = 0.3
    """Weight of the ordinal loss: being wrong by two stages is worse than by one."""
    evidence_weight: float = 0.4
    """Weight of the class loss on each sequence's evidence maps: without it heatmaps would mean nothing."""
    augment: bool = True
    rotation_deg: float = 6.0
    magnification: float = 0.05
    shift: float = 0.04
    """Deviations; shift as a share of the slice: about 13 mm."""
    gamma: float = 0.15
    bias: float = 0.15
    noise: float = 0.1
    """Deviations of the logarithms of contrast and coil field, and of Rician noise in units of the z-scored slice."""
    ghosting: float = 0.03
    """Deviation of the strength of breathing ghosts, as a share of the image."""
    threads: int = 1
    """Of PyTorch. Steps are small: on a busy two-core machine an epoch took five times longer with two."""
    workers: int = 0
    """Processes that augment beside a GPU; 0: the training process does it, best where cores are few."""

    def __post_init__(self) -> None:
        """Refuse what cannot be trained by."""
        for key in ("epochs", "patience", "studies_per_step", "slices_per_volume", "threads"):
            require(getattr(self, key) >= 1, key, "at least 1", getattr(self, key))
        for key in ("seed", "coarse_epochs", "workers"):
            require(getattr(self, key) >= 0, key, "0 or more", getattr(self, key))
        for key in ("learning_rate", "gradient_norm_max"):
            require(getattr(self, key) > 0, key, "more than 0", getattr(self, key))
        for key in ("scale", "coarse_scale"):
            require(0 < getattr(self, key) <= 1, key, "more than 0, at most 1", getattr(self, key))
        for key in ("warmup", "modality_dropout", "liver_variant"):
            require(0 <= getattr(self, key) <= 1, key, "between 0 and 1", getattr(self, key))
        deviations = ("rotation_deg", "magnification", "shift", "gamma", "bias", "noise", "ghosting")
        for key in ("weight_decay", "ordinal_weight", "evidence_weight", *deviations):
            require(getattr(self, key) >= 0, key, "0 or more", getattr(self, key))


Config = TypeVar("Config", NetworkConfig, TrainingConfig)


def read_config(path: Path) -> tuple[NetworkConfig, TrainingConfig]:
    """A file `{"network": {…}, "training": {…}}`; what it leaves out is the default. ValueError names file and key."""
    try:
        stored = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not JSON: {error}.") from error
    unknown = set(stored) - {"network", "training"} if isinstance(stored, dict) else {"anything but an object"}
    if unknown:
        raise ValueError(f"{path.name}: expected the keys network and training, received {', '.join(sorted(unknown))}.")
    network = config_of(NetworkConfig, stored.get("network", {}), f"{path.name}, network")
    return network, config_of(TrainingConfig, stored.get("training", {}), f"{path.name}, training")


def config_of(kind: type[Config], values: object, where: str) -> Config:
    """A configuration from plain values, of JSON or a checkpoint. Every key is known and of its type, or ValueError."""
    if not isinstance(values, dict):
        raise ValueError(f"{where}: expected an object, received {values!r}.")
    hints = get_type_hints(kind)
    for key in values:
        if key not in hints:
            raise ValueError(f"{where}: {key} is unknown; expected one of {', '.join(f.name for f in fields(kind))}.")
    try:
        return kind(**{key: value_of(hints[key], key, value) for key, value in values.items()})
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def value_of(hint: Any, key: str, value: object) -> Any:
    """A value as its type says: a list becomes a tuple and an integer a float, nothing else is made to fit."""
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        require(type(value) is str and value in choices, key, f"one of {', '.join(choices)}", value)
        return value
    if get_origin(hint) is tuple:
        require(isinstance(value, list | tuple), key, "a list", value)
        return tuple(value_of(get_args(hint)[0], key, item) for item in value)  # type: ignore[union-attr]
    if hint is float and type(value) is int:
        return float(value)
    names = {bool: "true or false", int: "an integer", float: "a number", str: "a text"}
    require(type(value) is hint, key, names[hint], value)
    return value
