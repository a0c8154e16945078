"""`python -m hepatrain.package.parity`: what PyTorch computes from the weights inside a package's graphs, case by case.

`assert_parity` is the export's own check, on the trained network itself.
"""

import argparse
import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from hepatrain.config import NetworkConfig, config_of
from hepatrain.network.layers import fold_norms
from hepatrain.network.model import StagingNetwork
from hepatrain.package.export import load_weights
from hepatrain.package.files import (
    ENCODER_INPUT,
    ENCODER_OUTPUTS,
    ENCODERS,
    NETWORK,
    STAGER,
    STAGER_INPUTS,
    STAGER_OUTPUTS,
)
from hepatrain.package.precision import PARITY_TOLERANCE
from hepatrain.vocabulary import INPUTS


@dataclass(frozen=True)
class Case:
    """One run of one graph, as PyTorch computes it."""

    graph: str
    """File name."""
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]


@torch.no_grad()
def compute(graph: str, module: nn.Module, inputs: dict[str, Tensor], outputs: tuple[str, ...]) -> Case:
    """Run a module."""
    values = module(*inputs.values())
    return Case(
        graph,
        {name: value.numpy() for name, value in inputs.items()},
        {name: value.numpy() for name, value in zip(outputs, values, strict=True)},
    )


def cases(network: StagingNetwork, height: int, width: int, seed: int) -> Iterator[Case]:
    """Random inputs for every graph: batches of several sizes, padded slices, each sequence missing, and both."""
    random = torch.Generator().manual_seed(seed)
    for graph, encoder, count in zip(ENCODERS.values(), network.encoders.values(), (3, 1), strict=True):
        slices = torch.randn(count, 3, height, width, generator=random)
        yield compute(graph, encoder, {ENCODER_INPUT: slices}, ENCODER_OUTPUTS)

    studies = 3
    for present in (*INPUTS.values(), (False, False)):
        inputs = []
        for there, count in zip(present, (7, 5), strict=True):
            slices = count if there else 1
            valid = torch.full((studies, slices), float(there))
            valid[1, slices // 2 + 1 :] = 0  # one study has fewer slices than the others
            tokens = torch.randn(studies, slices, network.config.token, generator=random) * valid.unsqueeze(-1)
            inputs += [tokens, torch.rand(studies, slices, generator=random) * valid, valid]
        yield compute(STAGER, network.stager, dict(zip(STAGER_INPUTS, inputs, strict=True)), STAGER_OUTPUTS)


def assert_parity(network: StagingNetwork, folder: Path, height: int, width: int, precision: str = "float32") -> float:
    """Largest difference between PyTorch and the exported graphs in ONNX Runtime. Raises if it is beyond rounding."""
    worst, allowed = 0.0, PARITY_TOLERANCE[precision]
    for case in cases(network, height, width, seed=0):
        session = onnxruntime.InferenceSession(folder / case.graph, providers=["CPUExecutionProvider"])
        for (name, wanted), got in zip(case.outputs.items(), session.run(None, case.inputs), strict=True):
            difference = float((np.abs(wanted - got) / np.maximum(1, np.abs(wanted))).max())
            if not difference <= allowed:
                raise ValueError(
                    f"{case.graph}, {name}: PyTorch and ONNX Runtime differ by {difference:.2e}, "
                    f"more than {allowed:.0e}."
                )
            worst = max(worst, difference)
    return worst


def network_of(folder: Path) -> StagingNetwork:
    """The network in PyTorch with the weights of a package's graphs."""
    stored = json.loads((folder / NETWORK).read_text())
    network = StagingNetwork(config_of(NetworkConfig, stored, f"{folder.name}/{NETWORK}"))
    for sequence, name in ENCODERS.items():
        load_weights(fold_norms(network.encoders[sequence]), folder / name)
    load_weights(network.stager, folder / STAGER)
    return network.eval()


def tensors_json(tensors: dict[str, np.ndarray]) -> dict[str, dict]:
    """Float32 tensors as shape and base64 of their little-endian bytes."""
    return {
        name: {"dims": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}
        for name, array in tensors.items()
    }


def main() -> None:
    """Print the cases as JSON: `[{graph, inputs, outputs}]`."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.package.parity", description=__doc__)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    manifest = json.loads((options.package / "manifest.json").read_text())
    preprocessing = manifest["sequences"][0]["preprocessing"]
    torch.set_num_threads(1)
    computed = cases(network_of(options.package), preprocessing["height"], preprocessing["width"], options.seed)
    print(
        json.dumps(
            [
                {"graph": case.graph, "inputs": tensors_json(case.inputs), "outputs": tensors_json(case.outputs)}
                for case in computed
            ]
        )
    )


if __name__ == "__main__":
    main()
