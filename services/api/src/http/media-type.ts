import { MIMEType } from 'node:util';

export interface MediaType {
  /** In lower case. */
  readonly essence: string;
  readonly params: ReadonlyMap<string, string>;
}

/** Longest that is looked at, characters. */
const charactersMax = 2_048;

/** A media type with its parameters (RFC 9110 8.3.1), both without quotes. Undefined: the text is none. */
export function parseMediaType(text: string): MediaType | undefined {
  if (text.length > charactersMax) return undefined;
  try {
    // Blanks in a row take Node's parser time by the square of their number.
    const { essence, params } = new MIMEType(text.replaceAll(/[\t ]{2,}/g, ' '));
    return { essence, params: new Map(params) };
  } catch {
    return undefined;
  }
}
