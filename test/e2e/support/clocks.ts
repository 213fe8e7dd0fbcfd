/**
 * For the top of a worker's script: its clock runs a thousand times as fast, so that every back-off, by page or worker,
 * is over by the next time that the worker looks.
 */
export const fastClock = (): string => `
const startedAt = ${Date.now()}
const realNow = Date.now
Date.now = () => startedAt + (realNow() - startedAt) * 1000
`
