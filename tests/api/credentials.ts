import { ApiKeyStore, type Scope, scopes } from '@hepastage/access';
import type { ApiUnderTest } from './api-under-test.ts';
import { eventually } from './eventually.ts';

/** Headers of whoever has this key. */
export function bearer(text: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${text}` };
}

/** Makes a key, as its operator does. The API looks for keys that it does not know once a second: see `known`. */
export async function issueKey(
  { deps: { store, audit } }: ApiUnderTest,
  tenant: string,
  granted: readonly Scope[] = scopes,
  expiresAt?: Date,
): Promise<{ readonly text: string; readonly keyId: string }> {
  const { text, key } = await new ApiKeyStore(store, audit).create({
    tenant,
    name: 'test',
    scopes: granted,
    expiresAt,
  });
  return { text, keyId: key.keyId };
}

/** Resolves once the API knows a key, and with it all that were made before. */
export async function known({ url }: ApiUnderTest, text: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${url}/v1/models`, { headers: bearer(text) });
    await response.arrayBuffer();
    return response.status === 401;
  }, false);
}
