import type { ProbeReport } from '../import/probe.ts'
import { meaningOf } from '../relay/clevertap/code-meanings.ts'
import { counted } from '../relay/operations/status/view/words.ts'
import { describeTrouble } from './network-trouble.ts'

/** Describes CleverTap's answer to the sample. */
export const describeProbe = (report: ProbeReport): string => {
  switch (report.kind) {
    case 'unauthorized':
      return 'CleverTap refuses the credentials: run pushferry check\n'
    case 'unknown':
      return `CleverTap could not be asked about a sample: ${describeTrouble(report.reason)}\n`
    case 'judged': {
      const { records, accepted, refused } = report
      const start = `CleverTap, asked about ${counted(records, 'record')} with dryRun=1, accepts ${accepted === records ? 'all' : accepted}`
      const lines = [...refused].map(
        ([code, { records: many, text }]) =>
          `  ${code}  ${counted(many, 'record')}: ${meaningOf(code).meaning} ("${text}")\n`,
      )
      return `${start}\n${lines.join('')}`
    }
  }
}

/** Whether CleverTap accepts the whole sample. */
export const isGood = (report: ProbeReport): boolean => report.kind === 'judged' && report.refused.size === 0
