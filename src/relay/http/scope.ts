import type { RegistrationKeys } from '../keys/registration-key.ts'
import type { Log } from '../operations/log.ts'
import type { Store } from '../store/port.ts'
import type { BackendGuard } from './backend-guard.ts'
import type { BrowserGuard } from './browser-guard.ts'
import type { BrowserLimits } from './browser-limits.ts'
import type { IntakeEvent, ServerParts } from './parts.ts'
import type { Prover } from './proof.ts'
import type { Refuse } from './refuse.ts'

/** Shared parts of the routes. Made once, by the server. */
export interface Scope {
  config: ServerParts['config']
  store: Store
  log: Log
  refuse: Refuse
  browsers: BrowserGuard
  backends: BackendGuard
  prover: Prover
  registrationKeys: RegistrationKeys
  limits: BrowserLimits
  onIntake: (event: IntakeEvent) => void
}
