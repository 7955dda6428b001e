// RP-initiated logout: the session ends at once, the browser comes back with `state`, nothing is renewed any more.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { refusal, scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  const state = client.randomState()
  const [back] = setup.client.post_logout_redirect_uris
  const leave = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: back,
    state,
  })
  const returned = new URL(await ask({ open: leave.href, until: back }))
  return {
    sameState: returned.searchParams.get('state') === state,
    refresh: await refusal(client.refreshTokenGrant(config, tokens.refresh_token)),
  }
})
