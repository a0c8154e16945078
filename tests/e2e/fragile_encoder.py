"""usage: fragile_encoder.py ENCODER OUT fails|hangs

An encoder that answers as before as long as no pixel reaches 1, and otherwise fails within ONNX Runtime, or never comes back: it passes
warm-up (zeros) and golden case (pixels below 1), and breaks with the first patient, as a device that is lost, or hangs, in between.
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


def failing() -> list[onnx.NodeProto]:
    graph.initializer.append(helper.make_tensor("nothing", TensorProto.FLOAT, [1], [0.0]))
    # There is nothing from index 1 on.
    return [helper.make_node("Gather", ["nothing", "index"], ["trap"])]


def hanging() -> list[onnx.NodeProto]:
    """2^62 turns of a loop where the index is positive, none where it is 0."""
    graph.initializer.append(helper.make_tensor("for_ever", TensorProto.INT64, [], [2**62]))
    graph.initializer.append(helper.make_tensor("start", TensorProto.FLOAT, [], [0.0]))
    value = helper.make_tensor_value_info
    turn = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Tanh", ["before"], ["after"])],
        "turn",
        [value("n", TensorProto.INT64, []), value("go", TensorProto.BOOL, []), value("before", TensorProto.FLOAT, [])],
        [value("go_on", TensorProto.BOOL, []), value("after", TensorProto.FLOAT, [])],
    )
    return [
        helper.make_node("Sign", ["index"], ["once"]),
        helper.make_node("Mul", ["once", "for_ever"], ["turns"]),
        helper.make_node("Loop", ["turns", "", "start"], ["trap"], body=turn),
    ]


graph.node.extend(
    [
        helper.make_node("ReduceMax", [graph.input[0].name], ["brightest"], keepdims=0),
        helper.make_node("Floor", ["brightest"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["index"], to=TensorProto.INT64),
        *{"fails": failing, "hangs": hanging}[sys.argv[3]](),
        helper.make_node("Add", ["healthy_tokens", "trap"], [tokens]),
    ]
)
onnx.save(model, sys.argv[2])
