import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { TargetGuard } from './target-guard.ts';

/** Where no name leads to a public address, or one that may be called without being public. */
const privateAddresses = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::a00:1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::808:808',
  '64:ff9b:1::a00:1',
  '100::1',
  '1::1',
  '2001::1',
  '2001:0:7f00:1::',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456:789a::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
];
const publicAddresses = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '223.255.255.254',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
];

const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address);

test('an address in a URL is called if it is public, and by https alone', () => {
  const guard = new TargetGuard([]);
  for (const address of publicAddresses) {
    guard.check(`https://${inUrl(address)}/hook`);
    guard.check(`https://${inUrl(address)}:8443/hook?a=b`);
    assert.throws(() => guard.check(`http://${inUrl(address)}/hook`), isRefusal(/not encrypted/), address);
  }
  for (const address of privateAddresses) {
    assert.throws(() => guard.check(`https://${inUrl(address)}/hook`), isRefusal(), address);
  }
});

test('an address is seen through however it is written', () => {
  const guard = new TargetGuard([]);
  const hosts = [
    '127.1',
    '127.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '0177.0.0.1',
    '017700000001',
    '2130706433',
    '127.0.0.1.',
    '0',
    '0x0',
    '0xa9fea9fe',
    '169.16689662',
    '１２７.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
  ];
  for (const host of hosts)
    assert.throws(() => guard.check(`https://${host}/`), isRefusal(/not public/), host);
});

test('what is no plain URL of the web is refused, and never quoted', () => {
  const guard = new TargetGuard(['10.0.0.0/8', 'pacs.hospital']);
  const refused = [
    '',
    'hook',
    '/hook',
    '//example.org/hook',
    'https://',
    'https:///',
    'ftp://example.org/',
    'file:///etc/passwd',
    'gopher://example.org/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'ws://example.org/',
    'https://user@example.org/',
    'https://user:password@example.org/',
    'https://:password@example.org/',
    'https://example.org@127.0.0.1/',
    'https://user@10.0.0.1/',
    'https://example.org/#',
    'https://example.org/hook#fragment',
    'https://example.org\\@127.0.0.1/',
    'https:\\\\example.org/',
    ' https://example.org/',
    'https://example.org/ ',
    'https://exa\tmple.org/',
    'https://example.org/\r\nhost: x',
    'https://exa\u0000mple.org/',
    'https://exa\u00admple.org/',
    'https://exa mple.org/',
    'https://[::1%25lo]/',
    'https://[fe80::1',
    'https://1.2.3.4.5/',
    'https://256.1.1.1/',
    'https://example.org:65536/',
    'http://example.org/',
    'http://pacs.hospital.example.org/',
  ];
  for (const url of refused) {
    assert.throws(() => guard.check(url), isRefusal(), url);
  }
  for (const url of [
    'https://secret@example.org/',
    'http://secret.example.org/',
    'https://127.0.0.1/secret',
  ]) {
    assert.throws(
      () => guard.check(url),
      ({ message }: Error) => !message.includes('secret'),
      url,
    );
  }
});

test('what the operator allows may be private, and need not be encrypted', async () => {
  const guard = new TargetGuard(
    ['10.0.0.0/8', '192.168.7.7', 'fd00:1::/32', 'PACS.hospital.', '::1'],
    async () => [
      { address: '192.168.7.8', family: 4 },
      { address: '10.1.2.3', family: 4 },
    ],
  );
  const allowed = [
    'http://10.1.2.3:8080/hook',
    'http://0xa010203/',
    'https://10.255.255.255/',
    'http://192.168.7.7/',
    'http://[fd00:1::5]/',
    'http://[::1]/',
    'http://pacs.hospital/hook',
    'http://PACS.HOSPITAL./hook',
    'https://pacs.hospital:8443/',
  ];
  for (const url of allowed) assert.equal(guard.check(url).href, new URL(url).href);
  const refused = [
    'https://192.168.7.8/',
    'https://[fd00:2::5]/',
    'https://[::ffff:10.1.2.3]/',
    'http://other.hospital/',
    'http://x.pacs.hospital/',
  ];
  for (const url of refused) assert.throws(() => guard.check(url), isRefusal(), url);

  // Of another name, only what lies in an allowed network; of an allowed name, everything.
  assert.deepEqual(await addressesOf(guard, 'other.hospital'), ['10.1.2.3']);
  assert.deepEqual(await addressesOf(guard, 'pacs.hospital'), ['192.168.7.8', '10.1.2.3']);
});

test('an allowed target that is none is refused at the start', () => {
  for (const entry of [
    '',
    '127.1',
    'example.org:80',
    'http://example.org',
    '10.0.0.0/33',
    'a b',
    'a/b',
    '*.example.org/',
  ]) {
    assert.throws(() => new TargetGuard([entry]), { codeName: 'INVALID_CONFIG' }, entry);
  }
});

test('a name leads only to its public addresses', async () => {
  for (const address of privateAddresses) {
    const guard = new TargetGuard([], async () => [{ address, family: address.includes(':') ? 6 : 4 }]);
    guard.check('https://example.org/');
    await assert.rejects(addressesOf(guard, 'example.org'), isRefusal(/no public address/), address);
  }
  const both = ['10.0.0.1', '1.1.1.1', '::1', '2606:4700:4700::1111'].map((address) => ({
    address,
    family: 4,
  }));
  const guard = new TargetGuard([], async () => both);
  assert.deepEqual(await addressesOf(guard, 'example.org'), ['1.1.1.1', '2606:4700:4700::1111']);
  assert.equal(await oneAddressOf(guard, 'example.org'), '1.1.1.1');
});

test('a name that leads elsewhere the next time (DNS rebinding) is looked at each time', async () => {
  const answers: LookupAddress[][] = [
    [{ address: '1.1.1.1', family: 4 }],
    [{ address: '127.0.0.1', family: 4 }],
  ];
  const guard = new TargetGuard([], async () => answers.shift()!);
  assert.deepEqual(await addressesOf(guard, 'example.org'), ['1.1.1.1']);
  await assert.rejects(addressesOf(guard, 'example.org'), isRefusal());
});

test('a name that the system can’t resolve is no refusal: it may be known later', async () => {
  const away = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
  const guard = new TargetGuard([], async () => Promise.reject(away));
  await assert.rejects(addressesOf(guard, 'example.org'), away);
});

function isRefusal(message = /./) {
  return { codeName: 'INVALID_WEBHOOK', message };
}

/** As `node:net` asks where it may try one address after the other. */
async function addressesOf(guard: TargetGuard, host: string): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  guard.lookup(host, { all: true }, (error, addresses) => {
    if (error === null) resolve((addresses as LookupAddress[]).map(({ address }) => address));
    else reject(error);
  });
  return promise;
}

async function oneAddressOf(guard: TargetGuard, host: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  guard.lookup(host, { family: 0 }, (error, address) => {
    if (error === null) resolve(address as string);
    else reject(error);
  });
  return promise;
}
