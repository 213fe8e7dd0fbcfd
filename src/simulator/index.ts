export type { Fault, FaultEffect, FaultKind, FaultScope } from './fault.ts'
export { faultKinds, type ReadFault, readFault } from './read-fault.ts'
export { startSimulator } from './server.ts'
export type { Call, Counts, LiveError, Profile, Simulator, SimulatorOptions, StoredToken } from './simulator.ts'
