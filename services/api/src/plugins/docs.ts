import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import plugin from 'fastify-plugin';
import { problemSchema } from '../schemas/problem.ts';
import { messageSchemas } from '../schemas/responses.ts';

const description = `Stages liver cirrhosis from T1- and T2-weighted MRI. **For research use only.**

Send a study to \`POST /v1/studies\`, look at the job that its \`Location\` names until it is finished (\`Prefer: wait=60\` saves polling),
and fetch \`result\` and \`artefacts\`. \`DELETE\` the job to erase everything of it.

Errors are problem details (RFC 9457) with a stable \`code\`, what was wrong, where, and what to do.`;

/** The OpenAPI document, generated from the routes' schemas, at /openapi.json, and a page to read it at /docs. */
export const docs = plugin(
  async (app) => {
    for (const schema of [problemSchema, ...messageSchemas]) app.addSchema(schema);
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: 'hepastage', version: await readVersion(), description },
        tags: [
          { name: 'studies', description: 'Send a study' },
          { name: 'jobs', description: 'Follow a job, fetch its result, erase it' },
          { name: 'models', description: 'What can be asked for' },
          { name: 'operations', description: 'Probes and metrics' },
        ],
      },
      // Named schemas keep their names instead of being numbered.
      refResolver: { buildLocalReference: ({ $id: id }, _base, _fragment, index) => nameOf(id, index) },
    });
    await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'docs', fastify: '5.x' },
);

function nameOf(id: unknown, index: number): string {
  return typeof id === 'string' ? id : `schema-${index}`;
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
