"""A checkpoint as ONNX graphs, and the way back."""

import copy
import json
import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import onnx
import torch
from onnx.numpy_helper import to_array
from onnxscript import ir, optimizer
from torch import Tensor, nn

from hepatrain.network.layers import fold_norms
from hepatrain.network.model import StagingNetwork
from hepatrain.package.files import (
    ENCODER_INPUT,
    ENCODER_OUTPUTS,
    ENCODERS,
    NETWORK,
    STAGER,
    STAGER_INPUTS,
    STAGER_OUTPUTS,
)
from hepatrain.package.precision import INTERIOR, HalfInterior

# It tells that torchvision is missing, which nothing here needs.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)

OPSET = 18
"""The oldest that PyTorch's exporter writes without conversion: the widest choice of runtimes."""


def export_network(network: StagingNetwork, height: int, width: int, folder: Path, precision: str = "float32") -> None:
    """Write the three graphs of a package, and what they are made of. height, width: of the slices of both sequences.

    Free axes: an encoder's N slices; the stager's B studies and their S1 and S2 slices. H and W are fixed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NETWORK).write_text(json.dumps(asdict(network.config), indent=2) + "\n")
    for sequence, name in ENCODERS.items():
        encoder: nn.Module = fold_norms(copy.deepcopy(network.encoders[sequence]))
        if precision == "float16":
            encoder = HalfInterior(encoder)
        example = (torch.zeros(2, 3, height, width),)
        shapes = ({0: torch.export.Dim("N")},)
        export_graph(encoder, example, shapes, (ENCODER_INPUT,), ENCODER_OUTPUTS, folder / name)

    batch, token = torch.export.Dim("B"), network.config.token
    example, shapes = [], []
    for slices, count in ((torch.export.Dim("S1"), 3), (torch.export.Dim("S2"), 4)):
        example += [torch.zeros(2, count, token), torch.zeros(2, count), torch.ones(2, count)]
        shapes += [{0: batch, 1: slices}] * 3
    stager = copy.deepcopy(network.stager).eval()
    export_graph(stager, tuple(example), tuple(shapes), STAGER_INPUTS, STAGER_OUTPUTS, folder / STAGER)


def export_graph(
    module: nn.Module,
    example: tuple[Tensor, ...],
    shapes: tuple[dict, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    path: Path,
) -> None:
    """Write one module as a checked graph that holds its weights under their PyTorch names."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "# The axis name")  # an axis that two inputs share is named once, as meant
        warnings.filterwarnings("ignore", ".*LeafSpec", FutureWarning)  # PyTorch's own business
        program = torch.onnx.export(
            module,
            example,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            # The exporter's optimiser folds and renames weights. `simplify` keeps them; ONNX Runtime folds on loading.
            optimize=False,
            verbose=False,
        )
    simplify(program.model, set(module.state_dict()))
    forget_origin(program.model)
    program.save(path, external_data=False)
    onnx.checker.check_model(path, full_check=True)


def simplify(model: ir.Model, weights: set[str]) -> None:
    """Fold what is constant, except weights: those keep their names."""

    def should_fold(node: ir.Node) -> bool | None:
        return False if any(value is not None and value.name in weights for value in node.inputs) else None

    # Twice, because folding a shape makes the nodes that read it foldable.
    for _ in range(2):
        optimizer.fold_constants(model, should_fold=should_fold, onnx_shape_inference=True)
        optimizer.remove_unused_nodes(model)


def forget_origin(model: ir.Model) -> None:
    """Drop the exporter's notes: stack traces and paths of the machine that exported."""
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    for node in model.graph.all_nodes():
        node.metadata_props.clear()
        node.doc_string = None
        for value in (*node.inputs, *node.outputs):
            if value is not None:
                value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()


def read_weights(path: Path) -> dict[str, Tensor]:
    """Every initialiser of a graph by the name of its weight."""
    weights = onnx.load(path).graph.initializer
    return {weight.name.removeprefix(INTERIOR): torch.from_numpy(to_array(weight).copy()) for weight in weights}


def load_weights(module: nn.Module, path: Path) -> nn.Module:
    """Fill a module (an encoder folded) with a graph's weights: PyTorch then computes with what is shipped."""
    stored, state = read_weights(path), module.state_dict()
    missing = set(state) - set(stored)
    if missing:
        raise ValueError(f"{path.name}: weights are missing: {', '.join(sorted(missing))}. Export the package again.")
    # Into the module's own: it knows the version of its layers, a plain dict is taken for that of an old PyTorch.
    for name in state:
        state[name] = stored[name]
    module.load_state_dict(state)
    return module.eval()
