export type { Fault, FaultEffect, FaultKind, FaultScope } from './fault.ts'
export type { Call, Counts, LiveError, Profile, Simulator, SimulatorOptions, StoredToken } from './simulator.ts'
