// RFC 8628: a device without a keyboard shows a code, the person types it elsewhere.
import * as client from 'openid-client'
import { connect } from './connect.mjs'
import { scenario } from './speak.mjs'

await scenario(async (setup, ask) => {
  const config = await connect(setup)
  const device = await client.initiateDeviceAuthorization(config, { scope: setup.client.scope })
  const polled = client.pollDeviceAuthorizationGrant(config, device, undefined, { signal: AbortSignal.timeout(50_000) })
  await ask({ open: device.verification_uri_complete, until: 'nowhere:' })
  const tokens = await polled
  return {
    userCode: device.user_code,
    page: device.verification_uri,
    claims: tokens.claims(),
    type: tokens.token_type,
  }
})
