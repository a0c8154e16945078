import { HepastageError } from '@hepastage/proto';
import { Piscina } from 'piscina';
import type { Explanation, ExplainTask, PreparedVolume, PrepareTask, Settled } from './imaging-protocol.ts';
import { ownBuffers } from './own-buffers.ts';

/** Decoding, preprocessing and explaining in threads of their own. As many volumes are decompressed at once as there are threads: that bounds the memory. */
export class ImagingPool {
  readonly #threads: Piscina;

  constructor(threads: number) {
    this.#threads = new Piscina({
      filename: new URL('./imaging-thread.ts', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
    });
  }

  /** The task's file bytes are transferred away. Throws what decoding and preprocessing throw, at the task's name. */
  async prepare(task: PrepareTask, signal?: AbortSignal): Promise<PreparedVolume> {
    return this.#run('prepare', task, signal);
  }

  /** The task's buffers are transferred away. */
  async explain(task: ExplainTask, signal?: AbortSignal): Promise<Explanation> {
    return this.#run('explain', task, signal);
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  async #run<T>(name: string, task: unknown, signal?: AbortSignal): Promise<T> {
    const settled = (await this.#threads.run(task, {
      name,
      transferList: ownBuffers(task),
      ...(signal && { signal }),
    })) as Settled<T>;
    if (settled.ok) return settled.value;
    throw new HepastageError(settled.code as HepastageError['code'], settled.details);
  }
}
