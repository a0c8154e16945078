/**
 * The thread that ONNX Runtime lives in: `session.run` blocks its thread, so no other work may share it. Runs one request at a time, in order.
 * It is never terminated from outside during a run (that aborts the whole process): `stop` lets all that came before it finish.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { ExecutionProvider, ProviderChoice } from './execution-provider.ts';
import type {
  FloatTensor,
  GraphSignature,
  InferenceReply,
  InferenceRequest,
  InferenceThreadData,
  Tensors,
  TensorSignature,
} from './inference-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('inference-thread.ts runs as a worker thread only');

const data = workerData as InferenceThreadData;
const opened = await openSessions(data);
if ('reasons' in opened) {
  reply({ kind: 'failed', reasons: opened.reasons });
} else {
  const { sessions, choice } = opened;
  let before = Promise.resolve();
  port.on('message', (request: InferenceRequest) => {
    before = before.then(async () => (request === 'stop' ? port.close() : run(sessions, request)));
  });
  reply({ kind: 'ready', choice, signatures: signaturesOf(sessions) });
}

async function run(
  sessions: ReadonlyMap<string, InferenceSession>,
  { id, graph, feeds }: Exclude<InferenceRequest, 'stop'>,
): Promise<void> {
  const begun = performance.now();
  try {
    const session = sessions.get(graph);
    if (session === undefined) throw new Error(`no graph ${graph} is loaded`);
    const inputs = Object.entries(feeds).map(([name, { data: values, dims }]) => [
      name,
      new Tensor('float32', values, [...dims]),
    ]);
    const results = await session.run(Object.fromEntries(inputs) as Record<string, Tensor>);
    const outputs = Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, takeOut(tensor)]),
    );
    reply({ kind: 'done', id, outputs, seconds: (performance.now() - begun) / 1_000 }, outputs);
  } catch (error) {
    reply({ kind: 'error', id, reason: reasonOf(error) });
  }
}

/** The tensor's values in JavaScript memory. The native tensor is released at once: left to the garbage collector, they pile up. */
function takeOut(tensor: Tensor): FloatTensor {
  const values = Float32Array.from(tensor.data as Float32Array);
  tensor.dispose();
  return { data: values, dims: tensor.dims };
}

function reply(message: InferenceReply, tensors: Tensors = {}): void {
  port?.postMessage(
    message,
    Object.values(tensors).map(({ data: values }) => values.buffer as ArrayBuffer),
  );
}

function signaturesOf(sessions: Sessions): ReadonlyMap<string, GraphSignature> {
  return new Map(
    [...sessions].map(([name, { inputMetadata, outputMetadata }]) => [
      name,
      { inputs: inputMetadata.map(tensorSignature), outputs: outputMetadata.map(tensorSignature) },
    ]),
  );
}

function tensorSignature(metadata: InferenceSession.ValueMetadata): TensorSignature {
  const { name } = metadata;
  return metadata.isTensor
    ? { name, type: metadata.type, shape: metadata.shape }
    : { name, type: 'no tensor', shape: [] };
}

type Sessions = ReadonlyMap<string, InferenceSession>;

/** Opens every graph on the first provider that works. ONNX Runtime itself never falls back when a provider's library can't be loaded. */
async function openSessions({
  graphs,
  providers,
  threads,
}: InferenceThreadData): Promise<{ sessions: Sessions; choice: ProviderChoice } | { reasons: string[] }> {
  const supported = new Set<string>(listSupportedBackends().map(({ name }) => name));
  const refused: { provider: ExecutionProvider; reason: string }[] = [];
  for (const provider of providers) {
    if (!supported.has(provider)) {
      refused.push({ provider, reason: 'this build of onnxruntime-node does not have it' });
      continue;
    }
    try {
      const sessions = await openOn(provider, graphs, threads);
      return { sessions, choice: { used: provider, preferred: providers[0] ?? provider, refused } };
    } catch (error) {
      refused.push({ provider, reason: reasonOf(error) });
    }
  }
  return { reasons: refused.map(({ provider, reason }) => `${provider}: ${reason}`) };
}

async function openOn(
  provider: ExecutionProvider,
  graphs: ReadonlyMap<string, Uint8Array>,
  threads: number,
): Promise<Sessions> {
  const sessions = new Map<string, InferenceSession>();
  for (const [name, bytes] of graphs) {
    const options: InferenceSession.SessionOptions = {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
      // The arena keeps its peak for ever; without it memory goes back after each batch, at similar speed.
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      // Spinning threads burn processor time that decoding needs, and gain nothing.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    };
    sessions.set(name, await InferenceSession.create(bytes, options));
  }
  return sessions;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
