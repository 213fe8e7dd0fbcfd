export const horrors: readonly (string | Uint8Array)[]
