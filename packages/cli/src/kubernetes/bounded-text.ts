/** What a server says, at most so many bytes of it; undefined where it says more. The rest is not read then. */
export async function boundedText(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<string | undefined> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
}
