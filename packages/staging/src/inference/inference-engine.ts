import { Worker } from 'node:worker_threads';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ProviderChoice } from './execution-provider.ts';
import type {
  GraphSignature,
  InferenceReply,
  InferenceRequest,
  InferenceThreadData,
  Tensors,
} from './inference-protocol.ts';
import { forbidTelemetry } from './telemetry.ts';

export interface InferenceRun {
  readonly outputs: Tensors;
  /** Time inside ONNX Runtime, s. */
  readonly seconds: number;
}

/**
 * Runs that fail one after the other until the engine counts as broken. The graphs have run before, and only the number of rows, slices and tokens differs
 * from run to run, so a run hardly fails for what is in it: a device that was lost, or a CUDA context after an illegal access, fails every run from then on.
 */
const failuresInRowMax = 3;

/** Runs ONNX graphs in a thread of its own. */
export class InferenceEngine {
  readonly choice: ProviderChoice;
  /** What the graphs say of their inputs and outputs, by their names. */
  readonly signatures: ReadonlyMap<string, GraphSignature>;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<InferenceRun>>();
  readonly #broken = Promise.withResolvers<HepastageError>();
  #nextId = 0;
  readonly #exited: Promise<unknown>;
  #failuresInRow = 0;
  #stopping = false;
  /** Why no run is taken any more. */
  #ended: HepastageError | undefined;

  private constructor(thread: Worker, { choice, signatures }: Extract<InferenceReply, { kind: 'ready' }>) {
    this.#thread = thread;
    this.choice = choice;
    this.signatures = signatures;
    thread.on('message', (reply: InferenceReply) => this.#settle(reply));
    thread.on('error', (cause) => this.#end('the inference thread broke', cause));
    this.#exited = new Promise((resolve) => thread.once('exit', resolve));
    void this.#exited.then(() => this.#end('the inference thread has ended'));
  }

  /** Loads the graphs. Throws EXECUTION_PROVIDER_UNAVAILABLE where none of the providers can run them. */
  static async start(data: InferenceThreadData): Promise<InferenceEngine> {
    forbidTelemetry();
    const thread = new Worker(new URL('./inference-thread.ts', import.meta.url), { workerData: data });
    const reply = await firstReply(thread);
    if (reply.kind === 'ready') return new InferenceEngine(thread, reply);
    throw new HepastageError(ErrorCode.EXECUTION_PROVIDER_UNAVAILABLE, {
      what: `no execution provider works: ${reply.reasons.join('; ')}`,
      where: 'HEPASTAGE_EXECUTION_PROVIDERS',
      expected: data.providers.join(','),
      action: 'install the provider’s libraries, or add cpu to the end of the list to allow it',
    });
  }

  /**
   * Resolves with the reason once no run can be expected to succeed: the thread ended by itself, or run after run fails. From then on every run ends as NOT_READY,
   * because it may well succeed elsewhere; whoever owns the engine replaces its process.
   */
  get broken(): Promise<HepastageError> {
    return this.#broken.promise;
  }

  /** Runs `graph`. The feeds' buffers are transferred away: the caller must not use them again. */
  async run(graph: string, feeds: Tensors): Promise<InferenceRun> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId++;
    const run = Promise.withResolvers<InferenceRun>();
    this.#waiting.set(id, run);
    const request: InferenceRequest = { id, graph, feeds };
    const buffers = new Set(Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer));
    this.#thread.postMessage(request, [...buffers]);
    return run.promise;
  }

  /** Resolves once the runs under way are done and the thread has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#thread.postMessage('stop' satisfies InferenceRequest);
    await this.#exited;
  }

  #settle(reply: InferenceReply): void {
    if (reply.kind !== 'done' && reply.kind !== 'error') return;
    const run = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') {
      this.#failuresInRow = 0;
      run?.resolve({ outputs: reply.outputs, seconds: reply.seconds });
      return;
    }
    const cause = new Error(reply.reason);
    if (++this.#failuresInRow === failuresInRowMax) this.#end('run after run fails', cause);
    run?.reject(this.#ended ?? inferenceFailed('ONNX Runtime could not run a graph', cause));
  }

  #end(what: string, cause?: unknown): void {
    this.#ended ??= new HepastageError(ErrorCode.NOT_READY, {
      what: `inference does not work any more: ${what}`,
      action: 'start the process again; see its log for the first failure',
      cause,
    });
    if (!this.#stopping) this.#broken.resolve(this.#ended);
    for (const run of this.#waiting.values()) run.reject(this.#ended);
    this.#waiting.clear();
  }
}

async function firstReply(thread: Worker): Promise<Extract<InferenceReply, { kind: 'ready' | 'failed' }>> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (cause) => reject(inferenceFailed('the inference thread did not start', cause)));
  });
}

function inferenceFailed(what: string, cause: unknown): HepastageError {
  return new HepastageError(ErrorCode.INFERENCE_FAILED, { what, action: 'send the study again', cause });
}
