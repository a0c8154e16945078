import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ErrorCodeSchema } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { postStudy, type Problem, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';
import { submit } from './worker-stand-in.ts';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface Operation {
  readonly summary?: string;
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly properties: object } }>;
  };
  readonly responses: Record<
    string,
    { readonly content?: Record<string, { readonly schema: { readonly $ref?: string } }> }
  >;
}

describe('operations', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(async () => api[Symbol.asyncDispose]());

  test('who has the OpenAPI document is not sent it again', async () => {
    const first = await fetch(`${api.url}/openapi.json`);
    assert.equal(first.headers.get('content-type'), 'application/json');
    assert.equal((await first.bytes()).length, Number(first.headers.get('content-length')));
    const tag = first.headers.get('etag');
    const again = async (known: string) =>
      (await fetch(`${api.url}/openapi.json`, { headers: { 'if-none-match': known } })).status;
    assert.equal(await again(tag!), 304);
    assert.equal(await again('"another"'), 200);
  });

  test('the OpenAPI document is valid 3.1 and describes every route', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi;
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    assert.ok(valid, JSON.stringify(errors));
    assert.match(document.openapi, /^3\.1\./);
    assert.deepEqual(
      Object.entries(document.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .toSorted(),
      [
        'delete /v1/jobs/{id}',
        'get /livez',
        'get /metrics',
        'get /readyz',
        'get /v1/jobs',
        'get /v1/jobs/{id}',
        'get /v1/jobs/{id}/artefacts/{name}',
        'get /v1/jobs/{id}/result',
        'get /v1/models',
        'post /dicomweb/studies',
        'post /dicomweb/studies/{uid}',
        'post /v1/studies',
      ],
    );
    const post = document.paths['/v1/studies']!['post']!;
    assert.deepEqual(Object.keys(post.requestBody!.content['multipart/form-data']!.schema.properties), [
      'study',
      't1w',
      't2w',
      't1w_liver_mask',
      't2w_liver_mask',
      'metadata',
    ]);
    assert.equal(
      post.responses['202']!.content!['application/json']!.schema.$ref,
      '#/components/schemas/JobRecord',
    );
    assert.equal(
      post.responses['422']!.content!['application/problem+json']!.schema.$ref,
      '#/components/schemas/Problem',
    );
    assert.deepEqual(Object.keys(document.components.schemas).toSorted(), [
      'JobList',
      'JobRecord',
      'ModelManifest',
      'Problem',
      'StagingResult',
    ]);
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods)) assert.ok(operation.summary);
    }
  });

  test('the page to read it is there', async () => {
    const response = await fetch(`${api.url}/docs`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /swagger-ui/);
  });

  test('the models that may be asked for are listed', async () => {
    const { models } = (await (await fetch(`${api.url}/v1/models`)).json()) as { models: { name: string }[] };
    assert.deepEqual(
      models.map(({ name }) => name),
      ['phantom-light'],
    );
  });

  test('alive and ready', async () => {
    assert.deepEqual(await (await fetch(`${api.url}/livez`)).json(), { status: 'live' });
    assert.deepEqual(await (await fetch(`${api.url}/readyz`)).json(), { status: 'ready' });
  });

  test('metrics count bytes, requests by route and jobs by state, and name no job', async () => {
    const id = await submit(api, { externalReference: 'secret-reference' });
    await fetch(`${api.url}/v1/jobs/${id}`);
    const samples = async (name: string) => samplesOf(api.url, name);
    const [bytes] = await samples('hepastage_upload_bytes_total');
    assert.ok(bytes!.value >= volume().length);
    const requests = await samples('hepastage_http_request_duration_seconds_count');
    const jobRequests = requests.filter(({ labels }) => labels['route'] === '/v1/jobs/:id');
    assert.deepEqual(
      jobRequests.map(({ labels, value }) => [labels['method'], labels['status'], value]),
      [['GET', '200', 1]],
    );
    const jobs = await samples('hepastage_queue_jobs');
    assert.equal(
      jobs.reduce((sum, { value }) => sum + value, 0),
      1,
    );
    const [oldest] = await samples('hepastage_queue_oldest_job_age_seconds');
    assert.ok(oldest!.value >= 0 && oldest!.value < 60);
    const page = await (await fetch(`${api.url}/metrics`)).text();
    assert.ok(!page.includes(id) && !page.includes('secret-reference'));
  });

  test('a request keeps its id, or gets one, and a problem names it', async () => {
    const given = await fetch(`${api.url}/absent`, { headers: { 'x-request-id': 'case-7' } });
    assert.equal(given.headers.get('x-request-id'), 'case-7');
    assert.equal((await problemOf(given)).instance, 'case-7');
    const unsafe = await fetch(`${api.url}/absent`, { headers: { 'x-request-id': 'a b"c' } });
    assert.match(unsafe.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  test('problems have one shape, whoever raises them', async () => {
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const cases = [
      [await fetch(`${api.url}/absent`), 404, 'ROUTE_NOT_FOUND'],
      [await fetch(`${api.url}/v1/studies`), 405, 'METHOD_NOT_ALLOWED'],
      [await fetch(`${api.url}/v1/studies`, json), 400, 'INVALID_REQUEST'],
      [await fetch(`${api.url}/v1/studies`, { method: 'POST', body: 'text' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [await fetch(`${api.url}/v1/studies`, { method: 'POST' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [
        await fetch(`${api.url}/v1/studies`, { ...json, headers: { 'content-type': 'multipart/form-data' } }),
        400,
        'INVALID_REQUEST',
      ],
      [await fetch(`${api.url}/v1/jobs/%E0%A4%A`), 400, 'INVALID_REQUEST'],
      [await postStudy(api.url, [['t9w', 'x']]), 400, 'UNKNOWN_PART'],
    ] as const;
    for (const [response, status, code] of cases)
      assertProblem(await problemOf(response), response, status, code);
  });

  for (const { name, bytes, code } of [
    { name: 'bytes that are no HTTP', bytes: 'EHLO example.org\r\n\r\n', code: 'INVALID_REQUEST' },
    { name: 'a request that ends within its headers', bytes: 'GET / HTTP/1.1\r\n', code: 'UPLOAD_ABORTED' },
  ]) {
    test(`${name} are answered with a problem too`, async () => {
      const { hostname, port } = new URL(api.url);
      const socket = connect(Number(port), hostname);
      socket.end(bytes);
      const answer = await text(socket);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
      assert.equal((JSON.parse(answer.split('\r\n\r\n')[1]!) as Problem).code, code);
    });
  }
});

function assertProblem(problem: Problem, response: Response, status: number, code: string): void {
  assert.deepEqual([response.status, problem.status, problem.code], [status, status, code]);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.ok(ErrorCodeSchema.values.some(({ name }) => name === problem.code));
  assert.equal(problem.type, `urn:hepastage:problem:${code.toLowerCase().replaceAll('_', '-')}`);
  for (const field of ['title', 'detail', 'instance'] as const) assert.ok(problem[field].length > 0, field);
  assert.equal(typeof problem.retryable, 'boolean');
}
