// Every scenario begins here: discovery, the client's way to authenticate, and a sign-in with every check made.
import { importJWK } from 'jose'
import * as client from 'openid-client'
import * as undici from 'undici'

export const privateKey = async (jwk) => ({ key: await importJWK(jwk, jwk.alg), kid: jwk.kid })

async function authentication(setup) {
  switch (setup.client.token_endpoint_auth_method) {
    case 'private_key_jwt':
      return client.PrivateKeyJwt(await privateKey(setup.key))
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return client.TlsClientAuth()
    case 'client_secret_post':
      return client.ClientSecretPost(setup.secret)
    case 'none':
      return client.None()
    default:
      return client.ClientSecretBasic(setup.secret)
  }
}

export async function connect(setup) {
  const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }
  if (setup.tls) {
    const dispatcher = new undici.Agent({ connect: setup.tls })
    options[client.customFetch] = (address, init) => undici.fetch(address, { ...init, dispatcher })
  }
  return client.discovery(new URL(setup.issuer), setup.client.client_id, setup.client, await authentication(setup), options)
}

// Asks the test to open the address that `address(parameters)` gives; exchanges the code of the answer.
export async function signIn(config, setup, ask, { address = client.buildAuthorizationUrl, pkce = true, DPoP } = {}) {
  const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true }
  const parameters = {
    redirect_uri: setup.client.redirect_uris[0],
    scope: setup.client.scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...setup.parameters,
  }
  if (setup.client.resource) parameters.resource = setup.client.resource
  if (pkce) {
    checks.pkceCodeVerifier = client.randomPKCECodeVerifier()
    parameters.code_challenge = await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier)
    parameters.code_challenge_method = 'S256'
  }
  const open = await address(config, parameters)
  const returned = await ask({ open: open.href, until: setup.client.redirect_uris[0] })
  const tokens = await client.authorizationCodeGrant(config, new URL(returned), checks, undefined, { DPoP })
  return { tokens, open, returned }
}

export const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'))
export const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'))
