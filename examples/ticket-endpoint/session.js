// Stands in for your own sessions.
const users = new Map([['of-ada', { clevertapId: 'ada-clevertap-id' }]])

/** Who is signed in, by the cookie of the request; undefined when nobody is. */
export const userOf = (request) => {
  const [, session] = /(?:^|; )session=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? []
  return users.get(session)
}
