import { MIMEType } from 'node:util';

/** A media type with its parameters (RFC 9110 8.3.1), both without quotes and the type in lower case. Undefined: the text is none. */
export function parseMediaType(
  text: string,
): { essence: string; params: ReadonlyMap<string, string> } | undefined {
  try {
    const { essence, params } = new MIMEType(text);
    return { essence, params: new Map(params) };
  } catch {
    return undefined;
  }
}
