/**
 * Whole ms since the epoch: the wall clock of this process's start, and the monotonic time since then. A wall clock that is set
 * meanwhile neither stretches nor shortens what is put off.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now())
