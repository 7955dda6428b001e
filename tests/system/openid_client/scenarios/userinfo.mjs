// Userinfo as JSON, or signed for a client registered with userinfo_signed_response_alg.
import * as client from 'openid-client'
import { connect, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  const subject = tokens.claims().sub
  return { subject, person: await client.fetchUserInfo(config, tokens.access_token, subject) }
})
