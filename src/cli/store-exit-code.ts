import { StoreError } from '../relay/store/errors.ts'

/** 2 where the store needs a package that is not installed, which is a wrong configuration; 1 for everything else. */
export const storeExitCode = (error: unknown): 1 | 2 =>
  error instanceof StoreError && error.code === 'no-driver' ? 2 : 1
