import { performance } from 'node:perf_hooks'
import type { Instruments } from './instruments.ts'

/** Sets the metrics of the process at a scrape. Counters grow by the difference to the last scrape. */
export const createProcessMetrics = ({ cpu, eventLoop, resident, heap, startTime }: Instruments): (() => void) => {
  let cpuBefore = { user: 0, system: 0 }
  let activeBefore = 0
  startTime.set(Math.round((Date.now() - process.uptime() * 1000) / 1000))
  return () => {
    const used = process.cpuUsage(cpuBefore)
    cpuBefore = { user: cpuBefore.user + used.user, system: cpuBefore.system + used.system }
    cpu.inc((used.user + used.system) / 1e6)
    const { active } = performance.eventLoopUtilization()
    eventLoop.inc(Math.max(0, active - activeBefore) / 1000)
    activeBefore = active
    const memory = process.memoryUsage()
    resident.set(memory.rss)
    heap.set(memory.heapUsed)
  }
}
