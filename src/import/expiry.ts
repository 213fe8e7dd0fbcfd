/** Whether a time is past: milliseconds since the epoch, as a number or in digits, or a date that Date.parse reads. */
export const isPast = (time: unknown, nowMs: number): boolean => {
  if (typeof time === 'number') return time < nowMs
  if (typeof time !== 'string' || time.trim() === '') return false
  return (/^\d+$/.test(time.trim()) ? Number(time) : Date.parse(time)) < nowMs
}
