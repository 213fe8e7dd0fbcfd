import { StoreError } from '../relay/store/errors.ts'

/** The exit code for a store error: 2 when a package for the store is not installed, else 1. */
export const storeExitCode = (error: unknown): 1 | 2 =>
  error instanceof StoreError && error.code === 'no-driver' ? 2 : 1
