const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** @param {number} at milliseconds since 1970 */
export const clock = (at) => format.format(at)
