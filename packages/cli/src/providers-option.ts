import { type ExecutionProvider, executionProviders } from '@hepastage/staging';
import { InvalidArgumentError, Option } from 'commander';

/** `--providers cuda,cpu` */
export function providersOption(): Option {
  return new Option(
    '--providers <list>',
    `execution providers in order of preference: ${executionProviders.join(', ')}`,
  )
    .default(['cpu'], 'cpu')
    .argParser(parseProviders);
}

function parseProviders(text: string): ExecutionProvider[] {
  return text.split(',').map((name) => {
    const known = executionProviders.find((provider) => provider === name.trim());
    if (known !== undefined) return known;
    throw new InvalidArgumentError(`expected some of ${executionProviders.join(', ')}, received ${name}`);
  });
}
