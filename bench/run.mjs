// npm run bench -- [PART…] [--quick|--tiny] [--json] [--write]: measures speed as ratios within one run, so that the figures are
// comparable between machines. bench/README.md says how to read them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine } from './support/machine.mjs'
import { partOf, plotOf } from './support/report.mjs'

/**
 * Every part: a module that exports `name`, `about` and `run({ seconds, rounds, few, say })`, which resolves to rows, and optionally
 * `bounds({ seconds, rounds })`, which changes seconds and rounds.
 */
const parts = {
  sustained: () => import('./sustained.mjs'),
  upload: () => import('./upload.mjs'),
  import: () => import('./import.mjs'),
  growth: () => import('./growth.mjs'),
  watching: () => import('./watching.mjs'),
  page: () => import('./page.mjs'),
}
const sizes = {
  full: { seconds: 3, rounds: 5, few: false },
  quick: { seconds: 1, rounds: 2, few: false },
  // Checks only that everything runs; the figures are meaningless.
  tiny: { seconds: 0.2, rounds: 1, few: true },
}
const results = new URL('results/', import.meta.url)
const page = new URL('../docs/performance.md', import.meta.url)
const picture = new URL('../docs/performance.svg', import.meta.url)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = chosen.filter((name) => !(name in parts))
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(', ')}: there are ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
const size = values.tiny ? sizes.tiny : values.quick ? sizes.quick : sizes.full

const measure = async (name) => {
  const { about, run, bounds = ({ seconds, rounds }) => ({ seconds, rounds }) } = await parts[name]()
  const taken = bounds(size)
  const before = describeMachine()
  const rows = await run({ few: size.few, ...taken, say: (line) => console.error(line) })
  return { about, size: taken, machine: { ...before, loadAfter: describeMachine().load }, rows }
}

/** Earlier figures, by part, because a part can be measured alone. */
const readResults = () => {
  try {
    return JSON.parse(readFileSync(new URL('latest.json', results), 'utf8'))
  } catch {
    return {}
  }
}

/** Replaces the figures between the marks of the page, and nothing else. */
const writePage = (figures, plot) => {
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf('<!-- figures -->'), text.indexOf('<!-- /figures -->')]
  if (before < 0 || after < 0) throw new Error('docs/performance.md has lost the marks around the figures')
  writeFileSync(
    page,
    `${text.slice(0, before)}<!-- figures -->\n\n![Ratios, with a mark at each budget](performance.svg)\n\n${figures}\n\n${text.slice(after)}`,
  )
  writeFileSync(picture, plot)
}

/** Saves the figures of a part. With `--write` it also puts the figures of all parts into the page. */
const keep = (name, part) => {
  const known = { ...readResults(), [name]: part }
  const all = Object.fromEntries(Object.keys(parts).flatMap((one) => (known[one] ? [[one, known[one]]] : [])))
  const figures = Object.entries(all)
    .map(([one, of]) => partOf(one, of))
    .join('\n\n')
  const plot = plotOf(all)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('latest.json', results), `${JSON.stringify(all, undefined, 2)}\n`)
  writeFileSync(new URL('latest.md', results), `${figures}\n`)
  writeFileSync(new URL('latest.svg', results), plot)
  if (values.write) writePage(figures, plot)
}

const measured = {}
for (const name of chosen) {
  measured[name] = await measure(name)
  if (!values.json) console.log(`\n${partOf(name, measured[name])}`)
  // At once, so that an interrupted run keeps the parts that it has measured.
  if (!values.tiny) keep(name, measured[name])
}
if (values.json) console.log(JSON.stringify(measured))
