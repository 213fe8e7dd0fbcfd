import type { View } from './view/element.ts'
import { viewOf } from './view/page.ts'
import type { PageOptions } from './view/page-options.ts'

/** Escapes a string for HTML, also inside quotes. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const htmlOf = (view: View | string): string => {
  if (typeof view === 'string') return escaped(view)
  const attributes = Object.entries(view.attributes).map(([name, value]) =>
    value === undefined ? '' : value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  )
  const start = `<${view.tag}${attributes.join('')}>`
  // An input has no end tag in HTML.
  return view.tag === 'input' ? start : `${start}${(view.children ?? []).map(htmlOf).join('')}</${view.tag}>`
}

/** Renders the status page. The document has no inline script or style. It holds the state from which its script continues. */
export const renderPage = (options: PageOptions): string => {
  const { state, range } = options
  const { title, header, main, footer } = viewOf(options)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="status/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="status/page.css">
<script src="status/page.js" defer></script>
</head>
<body data-level="${state.account.verdict.level}" data-range="${range}" data-state="${escaped(JSON.stringify(state))}">
${htmlOf(header)}
${htmlOf(main)}
${htmlOf(footer)}
<dialog aria-labelledby="confirm-title" aria-describedby="confirm-text">
<h2 id="confirm-title">Try again?</h2>
<p id="confirm-text"></p>
<p class="note"></p>
<form method="dialog"><button value="no" class="quiet">Leave them</button> <button value="yes" data-confirm>Try again</button></form>
</dialog>
</body>
</html>
`
}
