import { parseConfig } from '@hepastage/platform';
import { Type } from 'typebox';

/** Never an argument: those can be seen by everyone on the machine. */
const settings = Type.Object({
  apiKey: Type.Optional(
    Type.String({ secret: true, pattern: '^[!-~]+$', description: 'API key, or another bearer token' }),
  ),
});

/** What the server is shown: HEPASTAGE_API_KEY, or what lies in the file HEPASTAGE_API_KEY_FILE; undefined: nothing. Throws INVALID_CONFIG. */
export function apiKeyFromEnvironment(): string | undefined {
  return parseConfig(settings, process.env).apiKey;
}
