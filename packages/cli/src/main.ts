import { Command, CommanderError } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { auditCommand } from './commands/audit.ts';
import { convertCommand } from './commands/convert.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { featuresCommand } from './commands/features.ts';
import { inspectCommand } from './commands/inspect.ts';
import { keysCommand } from './commands/keys.ts';
import { modelCommand } from './commands/model.ts';
import { podsCommand } from './commands/pods.ts';
import { prepareCommand } from './commands/prepare.ts';
import { queueCommand } from './commands/queue.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { resultCommand } from './commands/result.ts';
import { stageCommand } from './commands/stage.ts';
import { submitCommand } from './commands/submit.ts';
import { tenantsCommand } from './commands/tenants.ts';
import { watchCommand } from './commands/watch.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { problemOf, sentenceOf } from './report-error.ts';

const program = new Command('hepastage')
  .description('Stages liver cirrhosis from T1W and T2W abdominal MRI. Research use only.')
  .version(packageFile.version)
  .addCommand(stageCommand())
  .addCommand(submitCommand())
  .addCommand(watchCommand())
  .addCommand(resultCommand())
  .addCommand(prepareCommand())
  .addCommand(evaluateCommand())
  .addCommand(featuresCommand())
  .addCommand(inspectCommand())
  .addCommand(convertCommand())
  .addCommand(modelCommand())
  .addCommand(keysCommand())
  .addCommand(tenantsCommand())
  .addCommand(webhooksCommand())
  .addCommand(queueCommand())
  .addCommand(deadLettersCommand())
  .addCommand(reconcileCommand())
  .addCommand(auditCommand())
  .addCommand(podsCommand());

const asJson = process.argv.includes('--json');
reportMisuse(program);
try {
  await program.parseAsync();
} catch (thrown) {
  // Also how --help and --version end, with 0.
  process.exitCode = thrown instanceof CommanderError ? thrown.exitCode : 1;
  if (process.exitCode !== 0 && asJson) console.log(problemOf(thrown));
  else if (!(thrown instanceof CommanderError)) console.error(sentenceOf(thrown));
}

/** Has this command and those below throw when they are called wrongly. For people, commander itself tells what was wrong. */
function reportMisuse(command: Command): void {
  command.exitOverride();
  if (asJson) command.configureOutput({ writeErr: () => {} });
  for (const below of command.commands) reportMisuse(below);
}
