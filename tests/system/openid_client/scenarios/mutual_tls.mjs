// RFC 8705: the client authenticates with its certificate and the access token is bound to it.
import * as client from 'openid-client'
import { claimsOf, connect, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  const subject = tokens.claims().sub
  const person = await client.fetchUserInfo(config, tokens.access_token, subject)
  const without = await connect({ ...setup, tls: { ca: setup.tls.ca } })
  return {
    aliases: config.serverMetadata().mtls_endpoint_aliases,
    bound: claimsOf(tokens.access_token).cnf,
    subject,
    person,
    stolen: await status(client.fetchUserInfo(without, tokens.access_token, subject)),
    unauthenticated: await status(client.refreshTokenGrant(without, 'a-refresh-token')),
  }
})

async function status(request) {
  try {
    await request
  } catch (error) {
    return { status: error.status, error: error.error ?? error.cause?.[0]?.parameters?.error }
  }
  throw new Error('a client without its certificate was served')
}
