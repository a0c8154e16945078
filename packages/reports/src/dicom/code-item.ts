import type { Code } from '../coding/code.ts';
import type { Item } from './item.ts';
import { longString } from './value-text.ts';

/** Longest Code Value (SH); others are Long Code Values (PS3.3, 8.1). */
const codeValueCharactersMax = 16;

/** A code as an item of a code sequence. */
export function codeItem({ value, scheme, meaning }: Code): Item {
  const plain = value.replaceAll(/[\\\p{Cc}]/gu, ' ').trim();
  return {
    ...(Array.from(plain).length > codeValueCharactersMax ? { LongCodeValue: plain } : { CodeValue: plain }),
    CodingSchemeDesignator: scheme,
    CodeMeaning: longString(meaning),
  };
}
