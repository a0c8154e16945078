"""A fitted pipeline as an ONNX graph: `features` float32 [N, F] → `probabilities` float32 [N, K]."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxAbs, OnnxAdd, OnnxLog, OnnxMul, OnnxSign
from skl2onnx.common.data_types import FloatTensorType
from sklearn.pipeline import Pipeline

from hepatrain.radiomics.features import SymmetricLog

INPUT, OUTPUT = "features", "probabilities"
OPSET, TREES_OPSET = 18, 3
"""`TREES_OPSET` is of ai.onnx.ml, whose operators hold trees."""
PARITY_TOLERANCE = 1e-4
"""Absolute, of probabilities: float32 rounding, no more."""


def convert_symmetric_log(scope, operator, container) -> None:
    """sign(x) · log(1 + |x|) in ONNX operators."""
    opset = container.target_opset
    (features,) = operator.inputs
    magnitude = OnnxAdd(OnnxAbs(features, op_version=opset), np.ones(1, np.float32), op_version=opset)
    signed = OnnxMul(
        OnnxSign(features, op_version=opset),
        OnnxLog(magnitude, op_version=opset),
        op_version=opset,
        output_names=operator.outputs,
    )
    signed.add_to(scope, container)


def symmetric_log_shape(operator) -> None:
    """As many features out as in."""
    operator.outputs[0].type = FloatTensorType([None, operator.inputs[0].type.shape[1]])


update_registered_converter(SymmetricLog, "HepastageSymmetricLog", symmetric_log_shape, convert_symmetric_log)


def write_graph(pipeline: Pipeline, features: int, path: Path) -> None:
    """Write a checked graph of a fitted pipeline that reads so many features."""
    model = convert_sklearn(
        pipeline,
        initial_types=[(INPUT, FloatTensorType([None, features]))],
        options={id(pipeline): {"zipmap": False}},
        target_opset={"": OPSET, "ai.onnx.ml": TREES_OPSET},
        # The converter's own name for a graph is random.
        name=path.stem,
    )
    named = {output.name for output in model.graph.output}
    if OUTPUT not in named:
        raise ValueError(f"{path.name}: the converter wrote outputs {sorted(named)}, expected {OUTPUT} among them.")
    probabilities = next(output for output in model.graph.output if output.name == OUTPUT)
    del model.graph.output[:]
    model.graph.output.append(probabilities)
    prune(model.graph)
    model.doc_string = model.graph.doc_string = ""
    model.domain = ""
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    # The converter lists a set once for each operator of it.
    versions = {opset.domain: opset.version for opset in model.opset_import}
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, number) for domain, number in sorted(versions.items()))
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def prune(graph: onnx.GraphProto) -> None:
    """Drop what no output needs: the predicted label, which is no more than the largest probability."""
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            kept.insert(0, node)
            needed |= set(node.input)
    del graph.node[:]
    graph.node.extend(kept)
    weights = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(weights)
    del graph.value_info[:]


def run_graph(path: Path, features: np.ndarray) -> np.ndarray:
    """float32 [N, F] → float32 [N, K], in ONNX Runtime on a CPU."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run([OUTPUT], {INPUT: features.astype(np.float32)})[0]


def assert_parity(pipeline: Pipeline, path: Path, features: np.ndarray) -> float:
    """Largest difference between scikit-learn and the graph on these rows. Raises if it is beyond rounding."""
    features = features.astype(np.float32)
    difference = float(np.abs(pipeline.predict_proba(features) - run_graph(path, features)).max())
    if not difference <= PARITY_TOLERANCE:
        raise ValueError(
            f"{path.name}: scikit-learn and ONNX Runtime differ by {difference:.2e}, more than {PARITY_TOLERANCE:.0e}."
        )
    return difference
