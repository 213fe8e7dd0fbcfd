// Stands in for your own sessions.
const users = new Map([['of-ada', { clevertapId: 'ada-clevertap-id' }]])

/** The signed-in user, by the request's cookie; undefined when no user is signed in. */
export const userOf = (request) => {
  const [, session] = /(?:^|; )session=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? []
  return users.get(session)
}
