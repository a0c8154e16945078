import { Piscina } from 'piscina';
import type {
  Explanation,
  ExplainTask,
  PreparedVolume,
  PrepareTask,
  Reports,
  ReportTask,
  Selection,
  SelectTask,
  Settled,
} from './imaging-protocol.ts';
import { ownBuffers } from './own-buffers.ts';
import { errorOf } from './settled.ts';

/** Decoding, preprocessing, explaining and reporting in threads of their own. As many volumes are decompressed at once as there are threads: that bounds the memory. */
export class ImagingPool {
  readonly #threads: Piscina;

  constructor(threads: number) {
    this.#threads = new Piscina({
      filename: new URL('./imaging-thread.ts', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
    });
  }

  /** Throws what selecting throws. */
  async select(task: SelectTask, signal?: AbortSignal): Promise<Selection> {
    return this.#run('select', task, task.index, signal);
  }

  /** The task's file bytes are transferred away. Throws what decoding and preprocessing throw, at the task's name. */
  async prepare(task: PrepareTask, signal?: AbortSignal): Promise<PreparedVolume> {
    const { image, liverMask } = task;
    const files = image.kind === 'nifti' ? image.file : image.files;
    return this.#run('prepare', task, { files, liverMask }, signal);
  }

  /** The task's buffers are transferred away. */
  async explain(task: ExplainTask, signal?: AbortSignal): Promise<Explanation> {
    return this.#run('explain', task, task, signal);
  }

  async report(task: ReportTask, signal?: AbortSignal): Promise<Reports> {
    return this.#run('report', task, {}, signal);
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  /** `given`: the part of the task whose buffers are transferred. */
  async #run<T>(name: string, task: unknown, given: unknown, signal?: AbortSignal): Promise<T> {
    const outcome = (await this.#threads.run(task, {
      name,
      transferList: ownBuffers(given),
      ...(signal && { signal }),
    })) as Settled<T>;
    if (outcome.ok) return outcome.value;
    throw errorOf(outcome);
  }
}
