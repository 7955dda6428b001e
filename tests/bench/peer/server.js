// node-oidc-provider as a peer of auth in `make bench-auth`: same algorithm (ES256) and kinds of tokens, all in memory.
//
//   node server.js CONFIGURATION.json
//
// The file: {port, mintPort, resource, redirectUri, challenge, basic: {id, secret}, jwt: {id, jwk}}. Nothing is kept on
// disk: the store is a Map that neither copies nor expires, which is kinder than the provider's own MemoryAdapter.
// A second port mints authorization codes (POST /?count=N), which no browser could make fast enough to be measured.
import { generateKeyPair } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

import Provider from 'oidc-provider';

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://localhost:${given.port}`;
const SCOPE = 'openid profile email api';

const kept = new Map();

class MapAdapter {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload) {
    kept.set(this.key(id), payload);
  }

  async find(id) {
    return kept.get(this.key(id));
  }

  async consume(id) {
    kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(this.key(id));
  }

  async revokeByGrantId() {
    // Only reuse of a code or of a token comes here; no measurement does that.
  }
}

const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });

const person = {
  accountId: 'person',
  claims: () => ({
    sub: 'person',
    name: 'Camille Aubry',
    given_name: 'Camille',
    family_name: 'Aubry',
    preferred_username: 'caubry-0001',
    email: 'caubry@example.org',
    email_verified: false,
  }),
};

const common = {
  id_token_signed_response_alg: 'ES256',
  scope: SCOPE,
};

const provider = new Provider(issuer, {
  adapter: MapAdapter,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'peer' }] },
  clients: [
    {
      ...common,
      client_id: given.basic.id,
      client_secret: given.basic.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      redirect_uris: [given.redirectUri],
    },
    {
      ...common,
      client_id: given.jwt.id,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [given.jwt.jwk] },
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ],
  scopes: SCOPE.split(' '),
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username'],
    email: ['email', 'email_verified'],
  },
  conformIdTokenClaims: true, // as in ours, what scopes open is at userinfo
  findAccount: () => person,
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  enabledJWA: {
    idTokenSigningAlgValues: ['ES256'],
    clientAuthSigningAlgValues: ['ES256'],
  },
  cookies: { keys: ['unused: nothing is measured that sets a cookie'] },
  issueRefreshToken: () => true,
  rotateRefreshToken: false,
  expiresWithSession: () => false,
  pkce: { required: () => true },
  ttl: { AccessToken: 300, ClientCredentials: 300, IdToken: 300, AuthorizationCode: 3600, RefreshToken: 36000, Grant: 36000 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'api',
        audience: given.resource,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
      useGrantedResource: () => true,
    },
  },
});

const grant = new provider.Grant({ accountId: person.accountId, clientId: given.basic.id });
grant.addOIDCScope('openid profile email');
grant.addResourceScope(given.resource, 'api');
const grantId = await grant.save();
const client = await provider.Client.find(given.basic.id);

async function mint(count) {
  const codes = [];
  for (let made = 0; made < count; made += 1) {
    const code = new provider.AuthorizationCode({
      accountId: person.accountId,
      authTime: Math.floor(Date.now() / 1000),
      client,
      expiresWithSession: false,
      grantId,
      nonce: 'nonce-of-a-measurement',
      redirectUri: given.redirectUri,
      resource: given.resource,
      scope: SCOPE,
      sessionUid: 'session',
    });
    code.codeChallenge = given.challenge;
    code.codeChallengeMethod = 'S256';
    codes.push(await code.save());
  }
  return codes;
}

createServer(async (request, response) => {
  const count = Number(new URL(request.url, 'http://localhost').searchParams.get('count'));
  response.end((await mint(count)).join('\n'));
}).listen(given.mintPort, '127.0.0.1');

provider.listen(given.port, '127.0.0.1');
