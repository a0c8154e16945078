import { allows } from '@hepastage/access';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { routeNotFound } from '../plugins/problems.ts';
import type { Authenticate } from './authenticate.ts';
import { basicChallenge, basicPassword } from './basic.ts';
import { bearerToken, forbiddenChallenge, unauthenticatedChallenge } from './bearer.ts';
import { answersHere } from './operations-server.ts';
import type { Principal } from './principal.ts';
import { type AccessOfLibraries, accessOfRoute } from './route-access.ts';

export interface AccessOptions {
  readonly config: AccessOfLibraries;
  readonly authenticate: Authenticate;
}

/** Lets a request through to its route only if whoever sends it may, before any of its body is read. Register it before every route. */
export const access = plugin<AccessOptions>(
  async (app, { config, authenticate }) => {
    app.decorateRequest('principal', null);
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...accessOfRoute(route, config) };
    });

    app.addHook('onRequest', async (request, reply) => {
      if (request.is404) return;
      const { config: route } = request.routeOptions;
      const { scope, exposure } = route;
      if (!answersHere(request, route)) throw routeNotFound();
      if (scope === 'none' || exposure === 'open' || exposure === 'port') return;
      const principal = await identify(request, reply);
      if (scope === undefined || !allows(principal.scopes, scope)) {
        const missing = scope ?? 'admin';
        reply.header('www-authenticate', forbiddenChallenge(missing));
        throw forbidden(missing);
      }
      request.principal = principal;
      const { tenant, actor } = principal;
      request.log = request.log.child({ tenant, actor });
    });

    async function identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
      const { authorization } = request.headers;
      const { takesBasic } = request.routeOptions.config;
      const token =
        bearerToken(authorization) ?? (takesBasic === true ? basicPassword(authorization) : undefined);
      const verdict = await authenticate(token);
      if ('principal' in verdict) return verdict.principal;
      request.log.info(verdict, 'credentials refused');
      const challenge = unauthenticatedChallenge(token);
      reply.header('www-authenticate', takesBasic === true ? [challenge, basicChallenge] : challenge);
      throw unauthenticated(token);
    }
  },
  { name: 'access', fastify: '5.x' },
);

/** One message for everything that may be wrong with credentials: nobody learns from it which keys there are. */
function unauthenticated(token: string | undefined): HepastageError {
  return new HepastageError(ErrorCode.UNAUTHENTICATED, {
    what: token === undefined ? 'the request carries no credentials' : 'the credentials are not valid',
    where: 'header authorization',
    expected: 'Bearer, and an API key or a token of the identity provider',
    action: 'ask your operator for an API key',
  });
}

function forbidden(scope: string): HepastageError {
  return new HepastageError(ErrorCode.FORBIDDEN, {
    what: 'the credentials don’t allow this',
    expected: `scope ${scope}`,
    action: 'ask your operator for a key with that scope',
  });
}
