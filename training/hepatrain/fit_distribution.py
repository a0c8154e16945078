"""What the training studies look like to the encoders: the constants of the stager's `distance`."""

import torch

from hepatrain.data.batches import whole_batches
from hepatrain.data.studies import Study
from hepatrain.network.model import StagingNetwork
from hepatrain.vocabulary import SEQUENCES, VARIANTS


@torch.no_grad()
def fit_distribution(network: StagingNetwork, studies: list[Study]) -> None:
    """Fit each sequence's token distribution on the studies that have it, as prepared by both variants.

    A sequence of fewer than two volumes keeps its constants: nothing is known of it.
    """
    network.eval()
    statistics: dict[str, list[torch.Tensor]] = {sequence: [] for sequence in SEQUENCES}
    for variant in VARIANTS:
        for batch in whole_batches(studies, variant):
            for sequence, reference in zip(SEQUENCES, network.stager.distribution, strict=True):
                tokens, _ = network.encode(sequence, batch.slices[sequence])
                statistics[sequence].append(reference.statistic(tokens)[tokens.valid.amax(1).bool()])
    for sequence, reference in zip(SEQUENCES, network.stager.distribution, strict=True):
        found = torch.cat(statistics[sequence]) if statistics[sequence] else torch.empty(0)
        if len(found) >= 2:
            reference.fit(found)
