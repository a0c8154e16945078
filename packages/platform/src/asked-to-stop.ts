/**
 * Resolves at SIGTERM or SIGINT. From the call on they do not end the process by themselves. A service calls it before anything else: it is the first process of its container, and
 * for that the kernel drops a SIGTERM that nobody listens to. Ctrl+C may come twice, from the terminal and from whoever started us: only the first counts.
 */
export async function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((told) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, told);
  });
}
