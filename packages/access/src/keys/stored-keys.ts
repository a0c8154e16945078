import type { ListedObject, ObjectStore } from '@hepastage/platform';
import { type ApiKey, ApiKeySchema, decodeText, ErrorCode, HepastageError } from '@hepastage/proto';
import { accessKeys } from '../access-keys.ts';

/** Most bytes of a stored key: many times what one takes. */
const keyBytesMax = 16 * 2 ** 10;
/** Most keys of a service: each process holds all of them. */
const keysMax = 10_000;
/** Keys read at once. */
const readsAtOnce = 16;

/** What reading keys takes of an object store. */
export type KeyFolder = Pick<ObjectStore, 'list' | 'readBytes'>;

interface KnownKey {
  readonly listed: ListedObject;
  readonly key: ApiKey;
}

/** Every key of every tenant. Reading them again reads those that are new or were changed: each change of a key makes it longer. */
export class StoredKeys {
  readonly #store: KeyFolder;
  #known: ReadonlyMap<string, KnownKey> = new Map();

  constructor(store: KeyFolder) {
    this.#store = store;
  }

  /** By key id. Throws INTERNAL where there are more than a service can hold, STORE_UNAVAILABLE. */
  async read(): Promise<ReadonlyMap<string, ApiKey>> {
    const listing: ListedObject[] = [];
    for await (const listed of this.#store.list(accessKeys.keys)) {
      if (listing.push(listed) > keysMax) throw tooManyKeys();
    }
    const found = new Map<string, KnownKey>();
    const left = listing.values();
    const reader = async () => {
      for (const listed of left) {
        const key = this.#unchanged(listed) ?? (await readKeyAt(this.#store, listed.key));
        if (key !== undefined) found.set(key.keyId, { listed, key });
      }
    };
    await Promise.all(Array.from({ length: readsAtOnce }, reader));
    this.#known = new Map([...found.values()].map((known) => [known.listed.key, known]));
    return new Map([...found].map(([keyId, { key }]) => [keyId, key]));
  }

  #unchanged({ key: name, bytes, modifiedAt }: ListedObject): ApiKey | undefined {
    const known = this.#known.get(name);
    const isSame =
      known?.listed.bytes === bytes && known.listed.modifiedAt.getTime() === modifiedAt.getTime();
    return isSame ? known.key : undefined;
  }
}

export async function readKey(store: KeyFolder, keyId: string): Promise<ApiKey | undefined> {
  return readKeyAt(store, accessKeys.key(keyId));
}

async function readKeyAt(store: KeyFolder, name: string): Promise<ApiKey | undefined> {
  const bytes = await store.readBytes(name, keyBytesMax);
  return bytes && decodeText(ApiKeySchema, bytes.toString());
}

function tooManyKeys(): HepastageError {
  return new HepastageError(ErrorCode.INTERNAL, {
    what: 'there are more API keys than a service can hold',
    where: accessKeys.keys,
    expected: `at most ${keysMax}`,
    action: 'erase those that were revoked long ago',
  });
}
