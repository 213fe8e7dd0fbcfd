// Formats the figures: a Markdown table for each part, and a plot of all ratios with a budget.

const cell = (value) =>
  value === undefined ? '' : typeof value === 'number' ? value.toLocaleString('en') : String(value)

/** @param {readonly Record<string, unknown>[]} rows @returns a Markdown table; columns in the order of their first use */
export const tableOf = (rows) => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const isNumber = (column) => rows.every((row) => row[column] === undefined || typeof row[column] === 'number')
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(columns.map((column) => (isNumber(column) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column) => cell(row[column])))),
  ].join('\n')
}

const takenOn = ({ node, cores, cpu, system, at, load, loadAfter }, { seconds, rounds }) =>
  `Taken ${at} UTC on ${cores} cores (${cpu}, ${system}), Node ${node}; ${rounds} rounds${seconds ? ` of ${seconds} s` : ''}. Load average of the machine ${load} before and ${loadAfter} after: ${
    load > cores
      ? '**it was busy with other work, so that waits are longer and ratios lower than on an idle one.**'
      : 'mostly ours.'
  }`

/** One measured part as Markdown. */
export const partOf = (name, { about, rows, machine, size }) =>
  [`### ${name}`, about, takenOn(machine, size), tableOf(rows)].join('\n\n')

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const isText = ([key, value]) =>
  key !== 'lowest–highest' &&
  (typeof value === 'string' || ['records a request', 'latency ms', 'at a time', 'rows', 'stored rows'].includes(key))
const labelOf = (name, row) =>
  `${name}: ${Object.entries(row)
    .filter(isText)
    .map(([key, value]) => (typeof value === 'number' ? `${value.toLocaleString('en')} ${key}` : value))
    .join(', ')}`

/** Plots all ratios as bars, each with a mark at its budget. @param {Record<string, { rows: readonly Record<string, unknown>[] }>} parts */
export const plotOf = (parts) => {
  const bars = Object.entries(parts).flatMap(([name, { rows }]) =>
    rows.filter((row) => typeof row.ratio === 'number').map((row) => ({ label: labelOf(name, row), ...row })),
  )
  const [left, width, height] = [330, 400, 24]
  const most = Math.max(1, ...bars.map(({ ratio }) => ratio))
  const x = (ratio) => left + (ratio / most) * width
  const drawn = bars.map(({ label, ratio, budget }, at) => {
    const y = 12 + at * height
    const mark = budget ? `<path d="M${x(budget).toFixed(1)} ${y - 2}v${height - 4}" class="budget"/>` : ''
    const kind = budget === undefined ? 'plain' : ratio >= budget ? 'met' : 'missed'
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text><rect x="${left}" y="${y}" width="${(x(ratio) - left).toFixed(1)}" height="${height - 8}" class="${kind}"/>${mark}<text x="${(x(Math.max(ratio, budget ?? 0)) + 6).toFixed(1)}" y="${y + 13}">${ratio}</text>`
  })
  const total = 24 + bars.length * height
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 70} ${total}" role="img" aria-label="Ratios, with a mark at each budget">
<style>text{font:12px system-ui,sans-serif;fill:#333}.met{fill:#2a7d4f}.missed{fill:#b4532a}.plain{fill:#7d8794}.budget{stroke:#111;stroke-width:2;fill:none}@media(prefers-color-scheme:dark){text{fill:#ddd}.budget{stroke:#fff}}</style>
${drawn.join('\n')}
</svg>
`
}
