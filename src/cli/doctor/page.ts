import { type Policy, parsePolicies } from './csp.ts'

/** A tag's attributes, by lower-case name. */
export type Attributes = ReadonlyMap<string, string>

/** What a page says that matters to Pushferry. */
export interface Page {
  url: URL
  /** What relative addresses are resolved with. */
  base: URL
  /** Tags that load a script named `pushferry.min.js`. */
  tags: readonly Attributes[]
  /** Whether a script on it mentions Pushferry otherwise: inlined, or bundled under another name. */
  mentions: boolean
  policies: readonly Policy[]
}

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', '#39': "'", '#x27': "'", lt: '<', gt: '>' }
const decode = (text: string): string =>
  text.replace(/&(amp|quot|#39|#x27|lt|gt);/g, (all, name) => entities[name] ?? all)

const attributesOf = (tag: string): Attributes =>
  new Map(
    [...tag.matchAll(/([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g)].map(
      ([, name = '', double, single, bare]) => [name.toLowerCase(), decode(double ?? single ?? bare ?? '')],
    ),
  )

/**
 * Start tags of one name. A regular expression and not an HTML parser: three kinds of tags are looked for, comments are
 * taken out, and a page that hides its tag from this is told to use `--relay`.
 */
const tagsOf = (html: string, name: string): readonly Attributes[] =>
  [...html.matchAll(new RegExp(`<${name}(?=[\\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>`, 'gi'))].map(([, inside = '']) =>
    attributesOf(inside),
  )

/** Reads what a page says from its HTML and its `Content-Security-Policy` header. */
export const readPage = (html: string, url: URL, csp: string | null): Page => {
  const text = html.replace(/<!--[\s\S]*?-->/g, '')
  const href = tagsOf(text, 'base')
    .find((tag) => tag.has('href'))
    ?.get('href')
  const meta = tagsOf(text, 'meta').filter((tag) => tag.get('http-equiv')?.toLowerCase() === 'content-security-policy')
  return {
    url,
    base: href !== undefined && URL.canParse(href, url.href) ? new URL(href, url) : url,
    tags: tagsOf(text, 'script').filter((tag) => /(^|\/)pushferry(\.min)?\.js([?#]|$)/.test(tag.get('src') ?? '')),
    mentions: /pushferry/i.test(text),
    policies: [csp ?? '', ...meta.map((tag) => tag.get('content') ?? '')].flatMap(parsePolicies),
  }
}
