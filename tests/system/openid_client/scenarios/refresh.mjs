// Refresh tokens: each is used once; the use of an old one ends the family.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { refusal, scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens: first } = await signIn(config, setup, ask)
  const second = await client.refreshTokenGrant(config, first.refresh_token)
  const third = await client.refreshTokenGrant(config, second.refresh_token, { scope: 'openid' })
  return {
    different: new Set([first.refresh_token, second.refresh_token, third.refresh_token]).size,
    sameSession: first.claims().sid === second.claims().sid,
    narrowed: third.scope,
    reused: await refusal(client.refreshTokenGrant(config, first.refresh_token)),
    ended: await refusal(client.refreshTokenGrant(config, third.refresh_token)),
  }
})
