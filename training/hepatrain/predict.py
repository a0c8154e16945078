"""`python -m hepatrain.predict`: a package or a checkpoint, and prepared studies in; the table of predictions out."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from hepatrain.answers import NetworkModel, PackageModel, predict_table
from hepatrain.checkpoint import Checkpoint
from hepatrain.data.batches import whole_batches
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import Study, of_split, read_studies
from hepatrain.network.model import StagingNetwork
from hepatrain.package.runtime import Package
from hepatrain.predictions import write_predictions
from hepatrain.vocabulary import INPUTS, SPLITS


class Predictions(NamedTuple):
    """B studies, each for all P of `INPUTS`."""

    logits: Tensor
    """[B, P, K], uncalibrated. Where a study lacks the input they say nothing: use the methods."""
    stages: Tensor
    """True stages, int64 [B]."""
    has: Tensor
    """bool [B, P]: whether the study has every sequence of the input."""

    def of_input(self, row: int) -> tuple[Tensor, Tensor]:
        """Logits [B', K] and stages [B'] of the studies that have an input."""
        has = self.has[:, row]
        return self.logits[has, row], self.stages[has]

    def of_all_inputs(self) -> tuple[Tensor, Tensor]:
        """Logits [N, K] and stages [N] of every input that a study has."""
        return self.logits[self.has], self.stages.unsqueeze(1).expand_as(self.has)[self.has]


@torch.no_grad()
def predict(network: StagingNetwork, sets: Iterable[tuple[list[Study], str]]) -> Predictions:
    """Predictions for sets of studies together, each set as prepared by one variant."""
    network.eval()
    device = next(network.parameters()).device
    wanted = torch.tensor(list(INPUTS.values()))  # [P, 2]
    logits, stages, has = [], [], []
    for studies, variant in sets:
        for batch in whole_batches(studies, variant):
            decisions = network(batch.to(device).slices).decisions
            logits.append(decisions.logits.cpu())
            stages.append(batch.stages)
            has.append((decisions.present.cpu().bool() == wanted).all(2))
    if not logits:
        raise ValueError("There is no study to predict: the split is empty.")
    return Predictions(torch.cat(logits), torch.cat(stages), torch.cat(has))


def main() -> None:
    """Predict a split and write the table."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.predict", description=__doc__)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--package", type=Path, help="folder of a model package, run by ONNX Runtime as it serves")
    model.add_argument("--checkpoint", type=Path, help="file that `hepatrain.train` wrote, run by PyTorch")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="test")
    parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
    options = parser.parse_args()
    studies = read_studies(options.prepared)
    if options.split != "all":
        studies = of_split(studies, options.split)
    if options.package:
        asked = PackageModel(Package(options.package))
    else:
        checkpoint = Checkpoint.load(options.checkpoint)
        studies = shrunk(studies, checkpoint.training.scale)
        asked = NetworkModel(checkpoint.network)
    table = predict_table(asked, studies)
    write_predictions(options.out, table)
    print(f"{options.out}: {len(table)} rows, {len(set(table.study))} studies")


if __name__ == "__main__":
    main()
