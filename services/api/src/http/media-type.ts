import { MIMEType } from 'node:util';

export interface MediaType {
  /** In lower case. */
  readonly essence: string;
  readonly params: ReadonlyMap<string, string>;
}

/** A media type with its parameters (RFC 9110 8.3.1), both without quotes. Undefined: the text is none. */
export function parseMediaType(text: string): MediaType | undefined {
  try {
    const { essence, params } = new MIMEType(text);
    return { essence, params: new Map(params) };
  } catch {
    return undefined;
  }
}
