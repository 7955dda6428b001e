// The person says no: the library raises the error of the authorization response, once state and issuer are checked.
import { connect, signIn } from './connect.mjs'
import { refusal, scenario } from './speak.mjs'

await scenario(async (setup, ask) => refusal(signIn(await connect(setup), setup, ask)))
