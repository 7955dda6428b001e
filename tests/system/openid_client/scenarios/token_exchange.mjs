// RFC 8693: an extranet calls another one for the person it serves.
import * as client from 'openid-client'
import { claimsOf, connect, signIn } from './connect.mjs'
import { refusal, scenario } from './speak.mjs'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const { tokens } = await signIn(config, setup, ask)
  const request = { subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN }
  const exchanged = await client.genericGrantRequest(config, GRANT, { ...request, ...setup.wanted })
  const foreign = client.genericGrantRequest(config, GRANT, { ...request, resource: setup.foreign })
  return {
    subject: claimsOf(tokens.access_token).sub,
    issued: exchanged.issued_token_type,
    refresh: exchanged.refresh_token,
    claims: claimsOf(exchanged.access_token),
    foreign: await refusal(foreign),
  }
})
