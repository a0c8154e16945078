import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** TensorProto.DataType.FLOAT */
const float = 1;

/**
 * An ONNX graph (field numbers of onnx.proto3): `features` [N,F] → `probabilities` [N,K], the softmax of features · weights + bias.
 * `weights` [F][K], `bias` [K].
 */
export function linearGraph(weights: readonly (readonly number[])[], bias: readonly number[]): Uint8Array {
  const [inputs, outputs] = [weights.length, bias.length];
  const graph = new BinaryWriter();
  node(graph, 'MatMul', ['features', 'weights'], 'products');
  node(graph, 'Add', ['products', 'bias'], 'logits');
  node(graph, 'Softmax', ['logits'], 'probabilities');
  graph.uint32(tag(2)).string('linear');
  initializer(graph, 'weights', [inputs, outputs], weights.flat());
  initializer(graph, 'bias', [outputs], bias);
  valueInfo(graph, 11, 'features', inputs);
  valueInfo(graph, 12, 'probabilities', outputs);

  const model = new BinaryWriter();
  model.uint32(tag(1, WireType.Varint)).int64(8);
  model.uint32(tag(7)).bytes(graph.finish());
  model.uint32(tag(8)).fork().uint32(tag(2, WireType.Varint)).int64(18).join();
  return model.finish();
}

/** What the graph answers, by its definition. */
export function linearAnswer(
  weights: readonly (readonly number[])[],
  bias: readonly number[],
  features: readonly number[],
): number[] {
  const powers = bias.map((start, stage) =>
    Math.exp(features.reduce((sum, value, n) => sum + value * weights[n]![stage]!, start)),
  );
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function tag(field: number, type: WireType = WireType.LengthDelimited): number {
  return (field << 3) | type;
}

function node(graph: BinaryWriter, operator: string, inputs: readonly string[], output: string): void {
  graph.uint32(tag(1)).fork();
  for (const input of inputs) graph.uint32(tag(1)).string(input);
  graph.uint32(tag(2)).string(output).uint32(tag(4)).string(operator).join();
}

function initializer(
  graph: BinaryWriter,
  name: string,
  dims: readonly number[],
  values: readonly number[],
): void {
  graph.uint32(tag(5)).fork();
  for (const size of dims) graph.uint32(tag(1, WireType.Varint)).int64(size);
  graph.uint32(tag(2, WireType.Varint)).int32(float);
  graph.uint32(tag(8)).string(name);
  graph
    .uint32(tag(9))
    .bytes(new Uint8Array(Float32Array.from(values).buffer))
    .join();
}

/** A matrix of any number of rows. */
function valueInfo(graph: BinaryWriter, field: number, name: string, columns: number): void {
  graph.uint32(tag(field)).fork().uint32(tag(1)).string(name);
  graph.uint32(tag(2)).fork().uint32(tag(1)).fork();
  graph.uint32(tag(1, WireType.Varint)).int32(float);
  graph.uint32(tag(2)).fork();
  graph.uint32(tag(1)).fork().uint32(tag(2)).string('N').join();
  graph.uint32(tag(1)).fork().uint32(tag(1, WireType.Varint)).int64(columns).join();
  graph.join().join().join().join();
}
