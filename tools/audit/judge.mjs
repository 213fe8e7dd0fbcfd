/** Judges the output of `npm audit --json`. Pure. */

const serious = ['high', 'critical']

/**
 * Reads npm's answer. `asked` is false without an answer: the registry has no audit endpoint, or could not be reached.
 *
 * @param {string} stdout of `npm audit --json`
 * @returns {{ asked: boolean, failed: boolean, lines: string[] }} `failed` for findings of severity high or critical
 */
export const judgeAudit = (stdout) => {
  let report
  try {
    report = JSON.parse(stdout)
  } catch {
    return { asked: false, failed: false, lines: ['not asked: npm gave no report'] }
  }
  const counts = report?.metadata?.vulnerabilities
  if (!counts) {
    const reason = report?.message ?? report?.error?.summary ?? 'no reason given'
    return {
      asked: false,
      failed: false,
      lines: [`not asked: the registry has no audit endpoint, or was not reached (${reason})`],
    }
  }
  const findings = Object.values(report.vulnerabilities ?? {}).map(
    ({ name, severity, range }) => `${severity}: ${name} ${range}`,
  )
  const failed = serious.some((severity) => counts[severity] > 0)
  return { asked: true, failed, lines: findings.length > 0 ? findings : ['no known vulnerability'] }
}
