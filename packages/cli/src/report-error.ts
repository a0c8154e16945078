import { HepastageError } from '@hepastage/proto';
import { CommanderError } from 'commander';
import { ServerProblem } from './server/server-problem.ts';

/** What went wrong as one JSON document: the server's problem document where it sent one, else its core. */
export function problemOf(thrown: unknown): string {
  if (thrown instanceof ServerProblem) return JSON.stringify(thrown.problem);
  if (thrown instanceof CommanderError)
    return JSON.stringify({ code: 'INVALID_REQUEST', detail: wordsOf(thrown), retryable: false });
  const { codeName: code, message: detail, retryable } = HepastageError.from(thrown);
  return JSON.stringify({ code, detail, retryable });
}

/** The same for people. A fault of ours shows its cause here: whoever sits at the command line is the one who can report it. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof ServerProblem) return thrown.message;
  const error = HepastageError.from(thrown);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.codeName}: ${error.message}${cause}`;
}

function wordsOf({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'a command is missing; see --help' : message.replace(/^error: /, '');
}
