import { InvalidArgumentError, Option } from 'commander';

/** `--server http://host:port`; by default where the demo's API listens. */
export function serverOption(): Option {
  return new Option('--server <url>', 'address of the API')
    .env('HEPASTAGE_SERVER')
    .default('http://127.0.0.1:8080')
    .argParser(parseServer);
}

function parseServer(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('expected an address such as http://127.0.0.1:8080');
}
