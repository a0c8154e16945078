import type { TestContext } from 'node:test';

/** A call that is on its way. */
export interface HeldCall {
  /** Resolves when somebody makes the call. */
  readonly reached: Promise<void>;
  /** Lets it go on, or fail. */
  release(error?: Error): void;
}

/** Holds the next call of one of `methods` whose first argument is the one: before its deed, or when that is done and nobody has been told. */
export function holdCall(
  context: TestContext,
  object: object,
  methods: readonly string[],
  isIt: (argument: unknown) => boolean,
  when: 'before' | 'after',
): HeldCall {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isFree = true;
  const pause = async () => {
    reached.resolve();
    await released.promise;
  };
  for (const name of methods) {
    const method = (Reflect.get(object, name) as (...given: unknown[]) => Promise<unknown>).bind(object);
    context.mock.method(
      object,
      name as never,
      (async (...given: unknown[]) => {
        if (!isFree || !isIt(given[0])) return method(...given);
        isFree = false;
        if (when === 'before') await pause();
        const done = await method(...given);
        if (when === 'after') await pause();
        return done;
      }) as never,
    );
  }
  const release = (error?: Error) => (error === undefined ? released.resolve() : released.reject(error));
  return { reached: reached.promise, release };
}
