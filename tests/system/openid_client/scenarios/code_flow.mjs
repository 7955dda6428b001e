// Authorization code: with PKCE, or with `nonce` alone for a client of the profile `interoperable`.
import { claimsOf, connect, headerOf, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask, { pkce: setup.pkce })
  return {
    header: headerOf(tokens.id_token),
    claims: tokens.claims(),
    access: claimsOf(tokens.access_token),
    accessHeader: headerOf(tokens.access_token),
    type: tokens.token_type,
    scope: tokens.scope,
    details: tokens.authorization_details,
  }
})
