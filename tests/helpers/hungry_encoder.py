"""usage: hungry_encoder.py ENCODER OUT ROWS BRIGHTNESS

An encoder that answers as before for up to ROWS slices at once. For more of which a pixel reaches BRIGHTNESS it asks ONNX Runtime for 2^48 bytes, which no address
space of a process holds. Warm-up is all zeros, the golden case stays below 1, and patients reach it: with 1 the first patient is out of memory, with 0 warm-up is.
"""

import sys

import onnx
from onnx import TensorProto, helper

model = onnx.load(sys.argv[1])
graph = model.graph
slices = graph.input[0].name
tokens = graph.output[0].name
for node in graph.node:
    node.output[:] = ["fed_tokens" if name == tokens else name for name in node.output]
    node.input[:] = ["fed_tokens" if name == tokens else name for name in node.input]


def constant(name: str, kind: int, value: float) -> None:
    graph.initializer.append(helper.make_tensor(name, kind, [1], [value]))


constant("zero", TensorProto.FLOAT, 0.0)
constant("brightness", TensorProto.FLOAT, float(sys.argv[4]))
constant("rows_max", TensorProto.INT64, int(sys.argv[3]))
constant("one", TensorProto.INT64, 1)
constant("too_many", TensorProto.INT64, 2**46)
graph.node.extend(
    [
        helper.make_node("ReduceMax", [slices], ["brightest"], keepdims=0),
        helper.make_node("GreaterOrEqual", ["brightest", "brightness"], ["bright"]),
        helper.make_node("Cast", ["bright"], ["is_bright"], to=TensorProto.INT64),
        helper.make_node("Shape", [slices], ["rows"], start=0, end=1),
        helper.make_node("Greater", ["rows", "rows_max"], ["more"]),
        helper.make_node("Cast", ["more"], ["is_more"], to=TensorProto.INT64),
        helper.make_node("Mul", ["is_bright", "is_more"], ["is_hungry"]),
        helper.make_node("Mul", ["is_hungry", "too_many"], ["extra"]),
        helper.make_node("Add", ["extra", "one"], ["size"]),
        helper.make_node("Expand", ["zero", "size"], ["meal"]),
        helper.make_node("ReduceMax", ["meal"], ["rest"], keepdims=1),
        helper.make_node("Add", ["fed_tokens", "rest"], [tokens]),
    ]
)
onnx.save(model, sys.argv[2])
