"""usage: fragile_encoder.py ENCODER OUT

An encoder that answers as before as long as no pixel reaches 1, and fails within ONNX Runtime otherwise: it passes
warm-up (zeros) and golden case (pixels below 1), and fails with the first patient, as a device that is lost in between.
"""

import sys

import onnx
from onnx import TensorProto, helper

model = onnx.load(sys.argv[1])
graph = model.graph
tokens = graph.output[0].name
for node in graph.node:
    node.output[:] = ["healthy_tokens" if name == tokens else name for name in node.output]
    node.input[:] = ["healthy_tokens" if name == tokens else name for name in node.input]
graph.initializer.append(helper.make_tensor("nothing", TensorProto.FLOAT, [1], [0.0]))
graph.node.extend(
    [
        helper.make_node("ReduceMax", [graph.input[0].name], ["brightest"], keepdims=0),
        helper.make_node("Floor", ["brightest"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["index"], to=TensorProto.INT64),
        # There is nothing at index 1.
        helper.make_node("Gather", ["nothing", "index"], ["trap"]),
        helper.make_node("Add", ["healthy_tokens", "trap"], [tokens]),
    ]
)
onnx.save(model, sys.argv[2])
