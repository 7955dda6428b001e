// FAPI 2.0: the request signed (JAR) and pushed (PAR), the answer signed (JARM), the tokens bound to a key (DPoP).
import * as client from 'openid-client'
import { claimsOf, connect, privateKey, signIn } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  client.useJwtResponseMode(config)
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(setup.key.alg))
  const key = await privateKey(setup.key)
  const address = async (_config, parameters) => {
    const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, key)
    return client.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
  }
  const { tokens, open, returned } = await signIn(config, setup, ask, { address, DPoP })
  const subject = tokens.claims().sub
  const person = await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP })
  const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const stolen = await stolenToken(config, tokens.access_token, subject, other)
  const renewed = tokens.refresh_token && (await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP }))
  return {
    asked: [...open.searchParams.keys()].sort(),
    answered: [...new URL(returned).searchParams.keys()],
    type: tokens.token_type,
    bound: claimsOf(tokens.access_token).cnf,
    subject,
    person,
    stolen,
    renewed: renewed?.token_type,
  }
})

async function stolenToken(config, token, subject, DPoP) {
  try {
    await client.fetchUserInfo(config, token, subject, { DPoP })
  } catch (error) {
    return { status: error.status, challenges: error.cause?.map?.(({ scheme, parameters }) => ({ scheme, error: parameters.error })) }
  }
  throw new Error('a token was accepted with a key that is not its own')
}
