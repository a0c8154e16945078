/** `source`, which stays open when its reader leaves early: others read on. */
export function borrowed(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const next = async () => chunks.next();
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** Reads what is left of `source`, and lets it go. */
export async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of source) void chunk;
}
