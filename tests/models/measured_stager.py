"""usage: measured_stager.py STAGER OUT [T1W T2W]

A stager whose output `distance` is always the two numbers given; without them, one that has no such output.
"""

import sys

import onnx
from onnx import TensorProto, helper

model = onnx.load(sys.argv[1])
graph = model.graph
outputs = [output for output in graph.output if output.name != "distance"]
for node in graph.node:
    node.output[:] = ["own_distance" if name == "distance" else name for name in node.output]
    node.input[:] = ["own_distance" if name == "distance" else name for name in node.input]
if len(sys.argv) > 3:
    given = [float(value) for value in sys.argv[3:]]
    graph.initializer.append(helper.make_tensor("given_distance", TensorProto.FLOAT, [1, 2], given))
    graph.node.extend(
        [
            # Zeros [B, 2], whatever the attention is.
            helper.make_node("Sub", ["sequence_attention", "sequence_attention"], ["no_distance"]),
            helper.make_node("Add", ["no_distance", "given_distance"], ["distance"]),
        ]
    )
    outputs.append(helper.make_tensor_value_info("distance", TensorProto.FLOAT, ["B", 2]))
del graph.output[:]
graph.output.extend(outputs)
onnx.save(model, sys.argv[2])
