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
from hepatrain.data.seen import Seen
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import Study, of_sequences, of_split, read_studies
from hepatrain.network.model import StagingNetwork
from hepatrain.package.files import SEEN
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


def studies_of(prepared: Path, split: str, seen: Seen) -> list[Study]:
    """The studies of a split as the network knows them: test are those of patients that it has never seen."""
    studies = seen.split(read_studies(prepared))
    chosen = studies if split == "all" else of_split(studies, split)
    if not chosen:
        raise ValueError(
            f"{prepared.name} has no study of the split {split}: of its {len(studies)} studies the network was trained "
            f"on {len(of_split(studies, 'train'))} and stopped by {len(of_split(studies, 'valid'))}."
        )
    return chosen


def main() -> None:
    """Predict a split and write the table."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.predict", description=__doc__)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--package", type=Path, help="folder of a model package, run by ONNX Runtime as it serves")
    model.add_argument("--checkpoint", type=Path, help="file that `hepatrain.train` wrote, run by PyTorch")
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    split = "train: those it was trained on, valid: stopped by, test: of patients that it has never seen"
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="test", help=f"of the model's, {split}")
    parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
    options = parser.parse_args()
    if options.package:
        studies = studies_of(options.prepared, options.split, Seen.read(options.package / SEEN))
        asked = PackageModel(Package(options.package))
    else:
        checkpoint = Checkpoint.load(options.checkpoint)
        studies = of_sequences(
            studies_of(options.prepared, options.split, checkpoint.seen), checkpoint.training.sequences
        )
        studies = shrunk(studies, checkpoint.training.scale)
        asked = NetworkModel(checkpoint.network)
    table = predict_table(asked, studies)
    write_predictions(options.out, table)
    print(f"{options.out}: {len(table)} rows, {len(set(table.study))} studies")


if __name__ == "__main__":
    main()
