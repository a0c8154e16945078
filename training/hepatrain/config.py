"""Every hyper-parameter, with its reason. A run's configuration travels in its checkpoint."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the network."""

    stages: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    """Channels at strides 2, 4, 8, 16, 32. Narrow where maps are large: one CPU core encodes a study in 0.1 s."""
    fused: int = 64
    """Channels of the map that all scales are fused into, at stride 8: heatmap cells of 16 mm at 2 mm pixels."""
    token: int = 96
    """D: length of a slice's token."""
    heads: int = 4
    """Heads of the cross-sequence attention."""
    dropout: float = 0.1
    """On tokens and before the heads; a cohort of some hundred studies overfits the stager first."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained."""

    seed: int = 7
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
    modality_dropout: float = 0.25
    """Probability that a study loses one of its two sequences in a step. A study that keeps both trains all three
    presence patterns at once, so this is lower than the 0.3–0.5 that is usual where only one is trained."""
    liver_variant: float = 0.5
    """Probability that a volume is taken with its liver mask rather than without."""
    ordinal_weight: float = 0.3
    """Weight of the ordinal loss: being wrong by two stages is worse than by one."""
    evidence_weight: float = 0.4
    """Weight of the class loss on each sequence's evidence maps: without it heatmaps would mean nothing."""
    rotation_deg: float = 6.0
    magnification: float = 0.05
    shift: float = 0.04
    """Deviations; shift as a share of the slice: about 13 mm."""
    gamma: float = 0.15
    bias: float = 0.15
    noise: float = 0.1
    """Standard deviations of intensity augmentations, in units of the z-scored slice."""
    threads: int = 1
    """Of PyTorch. Steps are small: on a busy two-core machine an epoch took five times longer with two."""
