// A pushed request (RFC 9126) that is not signed; tokens bound by a DPoP key, or by the client's certificate.
import * as client from 'openid-client'
import { claimsOf, connect, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const DPoP = setup.dpop ? client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) : undefined
  const address = (_config, parameters) => client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  const { tokens, open } = await signIn(config, setup, ask, { address, DPoP })
  const subject = tokens.claims().sub
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP })
  return {
    asked: [...open.searchParams.keys()].sort(),
    bound: claimsOf(tokens.access_token).cnf,
    subject,
    person: await client.fetchUserInfo(config, renewed.access_token, subject, { DPoP }),
    renewed: claimsOf(renewed.access_token).jti !== claimsOf(tokens.access_token).jti,
  }
})
