import { cpus, loadavg, platform, release } from 'node:os'

/** Describes the measuring machine, without its name, and the day. */
export const describeMachine = () => ({
  node: process.version,
  cores: cpus().length,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  system: `${platform()} ${release().split(/[-+]/)[0]}`,
  at: new Date().toISOString().slice(0, 16).replace('T', ' '),
  load: Number(loadavg()[0].toFixed(1)),
})
