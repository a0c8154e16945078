import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ProviderChoice } from './execution-provider.ts';
import { threadHangs } from './hanging-threads.ts';
import type {
  GraphSignature,
  InferenceReply,
  InferenceRequest,
  InferenceThreadData,
  Tensors,
} from './inference-protocol.ts';
import { saysOutOfMemory } from './out-of-memory.ts';
import { forbidTelemetry } from './telemetry.ts';

export interface InferenceRun {
  readonly outputs: Tensors;
  /** Time inside ONNX Runtime, s. */
  readonly seconds: number;
}

/** A run that the thread has not answered yet. */
interface PendingRun {
  readonly graph: string;
  /** Studies, slices or sets of features: the first axis of the feeds. */
  readonly rows: number;
  readonly outcome: PromiseWithResolvers<InferenceRun>;
}

/**
 * Runs that fail one after the other until the engine counts as broken. The graphs have run before, and only the number of rows, slices and tokens differs
 * from run to run, so a run hardly fails for what is in it: a device that was lost, or a CUDA context after an illegal access, fails every run from then on.
 * A run of several rows that is out of memory is none of them: fewer rows may fit.
 */
const failuresInRowMax = 3;
/** Longest that the thread may take to end, ms. Nobody waits for its runs any more by then. */
const stopMsMax = 10_000;

/** Runs ONNX graphs in a thread of its own. */
export class InferenceEngine {
  readonly choice: ProviderChoice;
  /** What the graphs say of their inputs and outputs, by their names. */
  readonly signatures: ReadonlyMap<string, GraphSignature>;
  /** Longest that a run may take, ms: one that takes longer hangs, as on a device that hangs, and the engine is broken. */
  runMsMax = 300_000;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, PendingRun>();
  readonly #broken = Promise.withResolvers<HepastageError>();
  #silence: NodeJS.Timeout | undefined;
  #nextId = 0;
  readonly #exited: Promise<unknown>;
  #failuresInRow = 0;
  #stopping = false;
  #hangs = false;
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
   * Resolves with the reason once no run can be expected to succeed: the thread ended by itself, run after run fails, or one does not end. From then on every run ends as NOT_READY,
   * because it may well succeed elsewhere; whoever owns the engine replaces its process.
   */
  get broken(): Promise<HepastageError> {
    return this.#broken.promise;
  }

  /**
   * Runs `graph`. The feeds' buffers are transferred away: the caller must not use them again. Rejects with OUT_OF_MEMORY where the device or the process has
   * no memory for it: fewer rows may succeed; with INFERENCE_FAILED where ONNX Runtime fails for another reason.
   */
  async run(graph: string, feeds: Tensors): Promise<InferenceRun> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId++;
    const outcome = Promise.withResolvers<InferenceRun>();
    const rows = Object.values(feeds)[0]?.dims[0] ?? 0;
    this.#waiting.set(id, { graph, rows, outcome });
    const request: InferenceRequest = { id, graph, feeds };
    const buffers = new Set(Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer));
    this.#thread.postMessage(request, [...buffers]);
    if (this.#waiting.size === 1) this.#expectAnswer();
    return outcome.promise;
  }

  /** Resolves once the runs under way are done and the thread has ended; bounded: a thread whose run hangs is left as it is (`aThreadHangs`). */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#thread.postMessage('stop' satisfies InferenceRequest);
    const late = new AbortController();
    const tooLate = delay(this.#hangs ? 0 : stopMsMax, undefined, { signal: late.signal }).then(() =>
      this.#hang(),
    );
    tooLate.catch(() => undefined);
    await Promise.race([this.#exited, tooLate]);
    late.abort();
  }

  #settle(reply: InferenceReply): void {
    if (reply.kind !== 'done' && reply.kind !== 'error') return;
    const run = this.#waiting.get(reply.id);
    if (run === undefined) return;
    this.#waiting.delete(reply.id);
    this.#expectAnswer();
    if (reply.kind === 'done') {
      this.#failuresInRow = 0;
      run.outcome.resolve({ outputs: reply.outputs, seconds: reply.seconds });
    } else this.#fail(run, reply.reason);
  }

  #fail(run: PendingRun, reason: string): void {
    const cause = new Error(reason);
    const noMemory = saysOutOfMemory(reason);
    const mayFit = noMemory && run.rows > 1;
    if (!mayFit && ++this.#failuresInRow === failuresInRowMax) this.#end('run after run fails', cause);
    const failure = noMemory
      ? outOfMemory(run, cause)
      : inferenceFailed('ONNX Runtime could not run a graph', cause);
    run.outcome.reject(this.#ended ?? failure);
  }

  /** From now on the thread is given its time again. */
  #expectAnswer(): void {
    clearTimeout(this.#silence);
    if (this.#waiting.size === 0) return;
    this.#silence = setTimeout(() => this.#hang(), this.runMsMax).unref();
  }

  #hang(): void {
    if (this.#hangs) return;
    this.#hangs = true;
    threadHangs();
    this.#end('a run does not end');
  }

  #end(what: string, cause?: unknown): void {
    clearTimeout(this.#silence);
    this.#ended ??= new HepastageError(ErrorCode.NOT_READY, {
      what: `inference does not work any more: ${what}`,
      action: 'start the process again; see its log for the first failure',
      cause,
    });
    if (!this.#stopping) this.#broken.resolve(this.#ended);
    for (const { outcome } of this.#waiting.values()) outcome.reject(this.#ended);
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

function outOfMemory({ graph, rows }: PendingRun, cause: unknown): HepastageError {
  return new HepastageError(ErrorCode.OUT_OF_MEMORY, {
    what: 'there is not enough memory to run a graph',
    where: `graph ${graph}`,
    expected: `memory for ${rows} at once`,
    action: 'send the study again later',
    cause,
  });
}
