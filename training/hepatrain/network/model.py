"""The whole network as it is trained: both encoders and the stager."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hepatrain.config import NetworkConfig
from hepatrain.network.encoder import Encoder, slice_logits
from hepatrain.network.masking import masked_softmax
from hepatrain.network.stager import Decisions, Stager
from hepatrain.network.tokens import Tokens
from hepatrain.vocabulary import SEQUENCES


class Slices(NamedTuple):
    """One sequence of B studies, padded to S slices."""

    images: Tensor
    """[B, S, 3, H, W]."""
    positions: Tensor
    """[B, S]."""
    valid: Tensor
    """[B, S]."""

    def to(self, device: torch.device) -> "Slices":
        """The same on a device."""
        return Slices(*(part.to(device, non_blocking=True) for part in self))


class Outcome(NamedTuple):
    """What a training step needs of the network."""

    decisions: Decisions
    evidence_logits: dict[str, Tensor]
    """By sequence [B, K]: mean over the valid slices of the evidence where the encoder looked."""


class StagingNetwork(nn.Module):
    """Encoders by sequence, and the stager."""

    def __init__(self, config: NetworkConfig) -> None:
        """Parts are exported one by one."""
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleDict({sequence: Encoder(config) for sequence in SEQUENCES})
        self.stager = Stager(config)

    def encode(self, sequence: str, slices: Slices) -> tuple[Tokens, Tensor]:
        """Tokens of a sequence, and its evidence logits [B, K]. Slices that are padding are not computed."""
        keep = slices.valid.bool()
        tokens = slices.images.new_zeros((*keep.shape, self.config.token))
        logits = slices.images.new_zeros((*keep.shape, self.config.stages))
        if keep.any():
            encoded = self.encoders[sequence](slices.images[keep])
            # Mixed precision computes some of it in 16 bits; studies are decided in 32.
            tokens[keep] = encoded.tokens.float()
            logits[keep] = slice_logits(encoded).float()
        mean = masked_softmax(torch.zeros_like(slices.valid), slices.valid)  # 1/n for each of n valid slices
        return Tokens(tokens, slices.positions, slices.valid), (logits * mean.unsqueeze(-1)).sum(1)

    def forward(self, study: dict[str, Slices]) -> Outcome:
        """Study: slices by sequence, every sequence listed, absent ones invalid."""
        encoded = {sequence: self.encode(sequence, study[sequence]) for sequence in SEQUENCES}
        tokens = [encoded[sequence][0] for sequence in SEQUENCES]
        return Outcome(self.stager.decide_all(*tokens), {sequence: encoded[sequence][1] for sequence in SEQUENCES})
