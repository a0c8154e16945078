/**
 * Resolves at SIGTERM or SIGINT. From the call on they do not end the process by themselves: call it when there is something to stop. Ctrl+C may come twice, from
 * the terminal and from whoever started us: only the first counts.
 */
export async function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((told) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, told);
  });
}
