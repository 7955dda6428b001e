// RFC 7009: a revoked refresh token renews nothing, and its access tokens are no longer active.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { refusal, scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  const before = await client.tokenIntrospection(config, tokens.access_token)
  await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' })
  await client.tokenRevocation(config, 'not-a-token')
  return {
    before: before.active,
    refresh: await refusal(client.refreshTokenGrant(config, tokens.refresh_token)),
    after: (await client.tokenIntrospection(config, tokens.access_token)).active,
  }
})
