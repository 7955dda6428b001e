// RFC 7662, and RFC 9701 for a client registered with introspection_signed_response_alg.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  return {
    subject: tokens.claims().sub,
    access: await client.tokenIntrospection(config, tokens.access_token),
    unknown: await client.tokenIntrospection(config, 'not-a-token'),
  }
})
