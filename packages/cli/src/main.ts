import { HepastageError } from '@hepastage/proto';
import { Command } from 'commander';
import { inspectCommand } from './commands/inspect.ts';
import { modelCommand } from './commands/model.ts';
import { prepareCommand } from './commands/prepare.ts';
import { resultCommand } from './commands/result.ts';
import { stageCommand } from './commands/stage.ts';
import { submitCommand } from './commands/submit.ts';
import { watchCommand } from './commands/watch.ts';
import { ServerProblem } from './server/client.ts';

const program = new Command('hepastage')
  .description('Stages liver cirrhosis from T1W and T2W abdominal MRI. Research use only.')
  .addCommand(stageCommand())
  .addCommand(submitCommand())
  .addCommand(watchCommand())
  .addCommand(resultCommand())
  .addCommand(prepareCommand())
  .addCommand(inspectCommand())
  .addCommand(modelCommand());

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = 1;
  if (process.argv.includes('--json')) console.log(problemOf(thrown));
  else console.error(sentenceOf(thrown));
}

function problemOf(thrown: unknown): string {
  if (thrown instanceof ServerProblem) return thrown.problem;
  const { codeName: code, message: detail, retryable } = HepastageError.from(thrown);
  return JSON.stringify({ code, detail, retryable });
}

/** A fault of ours shows its cause here: whoever sits at the command line is the one who can report it. */
function sentenceOf(thrown: unknown): string {
  if (thrown instanceof ServerProblem) return thrown.message;
  const error = HepastageError.from(thrown);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.codeName}: ${error.message}${cause}`;
}
