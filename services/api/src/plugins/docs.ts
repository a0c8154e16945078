import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import plugin from 'fastify-plugin';
import type { AccessConfig } from '../access/access-settings.ts';
import { describeAccess, securitySchemes } from '../access/describe-access.ts';
import { docsRouteAccess } from '../access/route-access.ts';
import { isCached, sendNotModified } from '../http/entity-tag.ts';
import { problemSchema } from '../schemas/problem.ts';
import { messageSchemas } from '../schemas/responses.ts';

const description = `Stages liver cirrhosis from T1- and T2-weighted MRI. **For research use only.**

Send a study to \`POST /v1/studies\`, look at the job that its \`Location\` names until it is finished (\`Prefer: wait=60\` saves polling),
and fetch \`result\` and \`artefacts\`. \`DELETE\` the job to erase everything of it.

Where authentication is required, send an API key or a token of your identity provider as \`Authorization: Bearer …\`. The scope that an
operation needs is listed with it. \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` tell how many requests a minute your
tenant has left.

Errors are problem details (RFC 9457) with a stable \`code\`, what was wrong, where, and what to do.`;

/** The OpenAPI document, generated from the routes' schemas, at /openapi.json, and a page to read it at /docs. */
export const docs = plugin<Pick<AccessConfig, 'docsAccess' | 'authentication'>>(
  async (app, config) => {
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
        components: { securitySchemes },
      },
      transform: describeAccess(config),
      // Named schemas keep their names instead of being numbered.
      refResolver: { buildLocalReference: ({ $id: id }, _base, _fragment, index) => nameOf(id, index) },
    });
    await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP: ownPolicy });
    // Encoded once, when all routes are known.
    let document = Buffer.alloc(0);
    let tag = '';
    app.addHook('onReady', async () => {
      document = Buffer.from(JSON.stringify(app.swagger()));
      tag = `"${createHash('sha256').update(document).digest('hex')}"`;
    });
    const options = { schema: { hide: true }, config: docsRouteAccess(config) };
    app.get('/openapi.json', options, async ({ headers }, reply) => {
      if (isCached(headers['if-none-match'], tag)) return sendNotModified(reply, tag);
      return reply.type('application/json').header('etag', tag).send(document);
    });
  },
  { name: 'docs', fastify: '5.x' },
);

/** Swagger's policy, but in nobody's frame, and without making scripts be asked for over TLS where the page itself did not come over it. */
function ownPolicy(policy: string): string {
  return policy
    .replace("frame-ancestors 'self'", "frame-ancestors 'none'")
    .replace(/\s*upgrade-insecure-requests;?/, '');
}

function nameOf(id: unknown, index: number): string {
  return typeof id === 'string' ? id : `schema-${index}`;
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
