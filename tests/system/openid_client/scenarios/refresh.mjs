// Refresh tokens: a client that authenticates keeps its own, also when it asks twice at once or again after a lost answer.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens: first } = await signIn(config, setup, ask)
  const refresh = (parameters) => client.refreshTokenGrant(config, first.refresh_token, parameters)
  const [second, third] = await Promise.all([refresh(), refresh()])
  const narrow = await refresh({ scope: 'openid' })
  return {
    different: new Set([first, second, third, narrow].map((tokens) => tokens.access_token)).size,
    sameSession: first.claims().sid === second.claims().sid,
    narrowed: narrow.scope,
    rotated: [second, third, narrow].some((tokens) => tokens.refresh_token !== undefined),
  }
})
