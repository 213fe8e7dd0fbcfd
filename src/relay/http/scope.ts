import type { RegistrationKeys } from '../keys/registration-key.ts'
import type { Log } from '../operations/log.ts'
import type { Store } from '../store/port.ts'
import type { BackendGuard } from './backend-guard.ts'
import type { BrowserGuard } from './browser-guard.ts'
import type { BrowserLimits } from './browser-limits.ts'
import type { IntakeEvent, ServerParts } from './parts.ts'
import type { Prover } from './proof.ts'
import type { Refuse } from './refuse.ts'

/** The parts that all routes share. */
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
