import { describe, expect, it, vi } from 'vitest'
import { renderPage } from '../../../../src/relay/operations/status/html.ts'
import { listNames } from '../../../../src/relay/operations/status/view/rows.ts'
import { slotsOf } from '../../../../src/relay/operations/status/view/slots.ts'
import { ranges } from '../../../../src/relay/operations/status/view/snapshot.ts'
import { now, pageState } from './sample-state.ts'

const render = (state = pageState()) => renderPage({ state, range: 'hour', asked: false })

describe('the page as the server writes it', () => {
  it('shows every text and every list', () => {
    const html = render()
    const { title, ...slots } = slotsOf(pageState())
    expect(html).toContain(`<title>${title}</title>`)
    for (const name of Object.keys(slots)) expect(html).toContain(`data-slot="${name}"`)
    for (const name of listNames) expect(html).toContain(`<ul class="${name}" role="list">`)
  })

  it('holds no inline script, style or handler, and no address but its own', () => {
    const html = render(pageState({ changes: [{ at: now, state: 'failing', cause: 'x' }] }))
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|https?:\/\//)
    expect(html.match(/<script/g)).toHaveLength(1)
    expect([...html.matchAll(/(?:href|src)="([^"]*)"/g)].filter(([, url]) => url?.startsWith('/'))).toEqual([])
  })

  it('writes every string as text and never as markup', () => {
    const hostile = `<img src=x onerror=alert(1)>"'&`
    const html = render(
      pageState({
        account: hostile,
        rejected: {
          codes: [{ code: 535, records: 1, meaning: hostile, remedy: hostile }],
          latest: [{ at: now, profile: hostile, type: hostile, code: 535, meaning: hostile, text: hostile }],
        },
        changes: [{ at: now, state: 'failing', cause: hostile }],
        others: [{ name: hostile, state: 'ok', inFlight: 1 }],
      }),
    )
    expect(html).not.toContain('<img')
    expect(html).not.toContain(hostile)
    expect(html).toContain('&#60;img')
  })

  it('can be read without its script: numbers, reasons, and a table for the charts', () => {
    const html = render(
      pageState({
        rejected: { codes: [{ code: 534, records: 7, meaning: 'It does not fit', remedy: 'Mend it.' }], latest: [] },
      }),
    )
    expect(html).toContain('It does not fit.')
    expect(html).toContain('7 records')
    expect(html.match(/<th scope="row">/g)).toHaveLength(60)
    expect(html).toContain('As of 03:04:05 UTC')
    // A button that does nothing yet is not shown.
    expect(html).toMatch(/<button type="button" data-retry="534" hidden>/)
  })

  it('describes each chart, and hands the state to the script', () => {
    const state = pageState()
    const html = render(state)
    const said = [...html.matchAll(/<div class="plot" role="img" aria-label="([^"]*)">/g)].map(([, text]) => text)
    expect(said).toHaveLength(3)
    expect(said[0]).toMatch(/^Records from 1 h ago to now\. Queued 0, /)
    const handed = /data-state="([^"]*)"/.exec(html)?.[1]?.replace(/&#34;/g, '"') ?? ''
    expect(JSON.parse(handed)).toEqual(state)
  })

  it('lists the accounts, with how they are, only where there are several', () => {
    expect(render()).not.toContain('aria-label="Accounts"')
    const accounts = [
      { account: 'TEST-1', level: 'good' },
      { account: 'TEST-2', level: 'bad' },
    ] as const
    const html = render(pageState({}, { accounts }))
    expect(html).toContain('<a href="status?account=TEST-2&#38;range=hour">')
    expect(html).toContain('action needed')
    expect(html.match(/aria-current="page"/g)).toHaveLength(1)
  })

  it.each(ranges)('makes no formatter for the times of %s: each would hold memory that V8 does not count', (range) => {
    const formatter = vi.spyOn(Intl, 'DateTimeFormat')
    try {
      renderPage({ state: pageState(), range, asked: false })
      expect(formatter).not.toHaveBeenCalled()
    } finally {
      formatter.mockRestore()
    }
  })
})
