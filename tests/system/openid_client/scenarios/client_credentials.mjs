// Partner software asks for a token of its own, for nobody.
import * as client from 'openid-client'
import { claimsOf, connect, headerOf } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup) => {
  const config = await connect(setup)
  const tokens = await client.clientCredentialsGrant(config, setup.wanted)
  return {
    header: headerOf(tokens.access_token),
    claims: claimsOf(tokens.access_token),
    type: tokens.token_type,
    identity: [tokens.id_token, tokens.refresh_token].filter(Boolean).length,
  }
})
