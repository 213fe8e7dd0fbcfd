import { setFlagsFromString } from 'node:v8'

/**
 * Limits heap growth between two full collections to a doubling. By default V8 uses the memory that a machine has, which is 40 MB
 * more for an import.
 */
export const keepHeapSmall = (): void => setFlagsFromString('--heap-growing-percent=100')
