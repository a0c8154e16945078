/** A server that a test or the demo talks to. `await using` stops it at the end of the scope. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** The server's own process; undefined where somebody else runs it, or a container does. */
  readonly pid: number | undefined;
  /** Ends what was started and erases what was written. Calling it again does nothing more. */
  stop(): Promise<void>;
}

/** Completes a server whose `stop` may be called once. */
export function runningServer<S extends Omit<RunningServer, typeof Symbol.asyncDispose>>(
  server: S,
): S & RunningServer {
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= server.stop());
  return { ...server, stop, [Symbol.asyncDispose]: stop };
}
