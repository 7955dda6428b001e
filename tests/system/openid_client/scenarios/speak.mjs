// Talks with the test, one JSON object per line: first what the test has registered, then questions and answers,
// at the end {"done": what was found} or {"failed": what openid-client said}.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const read = async () => JSON.parse((await lines.next()).value)
const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

const ask = async (question) => {
  write(question)
  return (await read()).answer
}

const told = (error) =>
  error && {
    failed: error.message,
    code: error.code,
    error: error.error,
    description: error.error_description,
    status: error.status,
    cause: error.cause instanceof Error ? told(error.cause) : error.cause,
  }

export async function scenario(story) {
  try {
    write({ done: await story(await read(), ask) })
  } catch (error) {
    write(told(error))
  }
  process.exit(0)
}

// What a request is refused with; a request that is not refused fails the scenario.
export async function refusal(request) {
  try {
    await request
  } catch (error) {
    if (error.error) return { error: error.error, status: error.status }
    throw error
  }
  throw new Error('the request was not refused')
}
