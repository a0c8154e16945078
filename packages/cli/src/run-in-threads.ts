import { Piscina } from 'piscina';

interface ThreadOptions {
  /** The module whose default export does a task. */
  readonly worker: URL;
  /** Tasks done at once, each in a thread of its own. */
  readonly jobs: number;
  /** Called after each task. */
  readonly onDone: () => void;
}

/** What comes of each task, in their order. */
export async function runInThreads<Outcome>(
  tasks: readonly object[],
  { worker, jobs, onDone }: ThreadOptions,
): Promise<Outcome[]> {
  const threads = new Piscina<object, Outcome>({ filename: worker.href, maxThreads: jobs });
  try {
    return await Promise.all(
      tasks.map(async (task) => {
        const outcome = await threads.run(task);
        onDone();
        return outcome;
      }),
    );
  } finally {
    await threads.destroy();
  }
}
