/**
 * Whole ms since the epoch: the wall-clock time at which this process started plus the monotonic time since then. Later changes
 * of the wall clock have no effect.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now())
