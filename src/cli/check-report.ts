import { withoutNumber } from '../relay/clevertap/record-number.ts'
import type { ProbeAnswers, ProbeVerdict } from './ask-probes.ts'
import { type AdviceContext, credentialsAdvice, typeAdvice } from './check-advice.ts'
import type { RegionAnswers } from './find-region.ts'

/** The report of an account that `pushferry check --json` prints. */
export interface AccountReport {
  account: string
  url: string
  /** Whether CleverTap accepted the credentials and every requested type. */
  ok: boolean
  credentials: 'accepted' | 'refused' | 'unknown'
  /** Advice about the credentials; `null` when there is none. */
  advice: string | null
  /** The answers of the other regions; `null` when the credentials were not refused, or without `--regions`. */
  regions: RegionAnswers | null
  types: readonly ProbeReport[]
  /** Further probes, which do not count for `ok`. */
  details: readonly ProbeReport[]
}

export interface ProbeReport {
  name: string
  verdict: ProbeVerdict['kind']
  /** CleverTap's code, or the HTTP status that refused the call; `null` unless refused. */
  code: number | null
  message: string | null
  advice: string | null
}

/** Makes the report that is printed. */
export const reportAccount = (
  { account, url }: { account: string; url: string },
  answers: ProbeAnswers,
  context: AdviceContext,
): AccountReport => {
  const reports = answers.answers.map((answer) => {
    const { probe, verdict } = answer
    const report: ProbeReport = {
      name: probe.name,
      verdict: verdict.kind,
      code: verdict.kind === 'refused' ? verdict.code : null,
      message:
        verdict.kind === 'refused'
          ? withoutNumber(verdict.message)
          : verdict.kind === 'unclear'
            ? verdict.reason
            : null,
      advice: typeAdvice(answer, answers.answers, context) ?? null,
    }
    return { kind: probe.kind, report }
  })
  const of = (kind: 'type' | 'detail'): readonly ProbeReport[] =>
    reports.filter((one) => one.kind === kind).map(({ report }) => report)
  const types = of('type')
  return {
    account,
    url,
    ok: answers.credentials === 'accepted' && types.every(({ verdict }) => verdict === 'accepted'),
    credentials: answers.credentials,
    advice: credentialsAdvice(answers, context) ?? null,
    regions: context.regions ?? null,
    types: answers.credentials === 'accepted' ? types : [],
    details: of('detail'),
  }
}

const line = ({ name, verdict, code, message, advice }: ProbeReport, width: number): string => {
  const result = verdict === 'accepted' ? 'accepted' : `${verdict}: ${[code, message].filter(Boolean).join(' ')}`
  return `  ${name.padEnd(width)}  ${result}\n${advice ? `  ${''.padEnd(width)}  -> ${advice}\n` : ''}`
}

/** The report for people. */
export const describeReport = ({ account, url, credentials, advice, types, details }: AccountReport): string => {
  const width = Math.max('credentials'.length, ...types.map(({ name }) => name.length))
  const wide = Math.max(0, ...details.map(({ name }) => name.length))
  const head = `account ${account} at ${url}\n  ${'credentials'.padEnd(width)}  ${credentials}\n`
  const hint = advice ? `  ${''.padEnd(width)}  -> ${advice}\n` : ''
  const body = types.map((one) => line(one, width)).join('')
  const tail = details.length > 0 ? `also tried\n${details.map((one) => line(one, wide)).join('')}` : ''
  return head + hint + body + tail
}
