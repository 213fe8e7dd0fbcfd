import { type Policy, parsePolicies } from './csp.ts'

/** A tag's attributes, by lower-case name. */
export type Attributes = ReadonlyMap<string, string>

/** The parts of a page that matter to Pushferry. */
export interface Page {
  url: URL
  /** Base URL of relative URLs. */
  base: URL
  /** Tags that load a script named `pushferry.min.js`. */
  tags: readonly Attributes[]
  /** Whether another script on the page mentions Pushferry: inlined, or bundled under another name. */
  mentions: boolean
  /** Whether the page loads CleverTap's SDK, or a tag manager that may load it. */
  namesSdk: boolean
  policies: readonly Policy[]
}

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', '#39': "'", '#x27': "'", lt: '<', gt: '>' }
const decode = (markup: string): string =>
  markup.replace(/&(amp|quot|#39|#x27|lt|gt);/g, (all, name) => entities[name] ?? all)

const attributesOf = (tag: string): Attributes =>
  new Map(
    [...tag.matchAll(/([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g)].map(
      ([, name = '', double, single, bare]) => [name.toLowerCase(), decode(double ?? single ?? bare ?? '')],
    ),
  )

/**
 * Start tags of one name. Uses a regular expression, not an HTML parser: the doctor needs only three kinds of tags, and removes
 * comments first. If it misses the tag of a page, the user can give `--relay`.
 */
const tagsOf = (html: string, name: string): readonly Attributes[] =>
  [...html.matchAll(new RegExp(`<${name}(?=[\\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>`, 'gi'))].map(([, inside = '']) =>
    attributesOf(inside),
  )

/** Reads a page from its HTML and its `Content-Security-Policy` header. */
export const readPage = (html: string, url: URL, csp: string | null): Page => {
  const markup = html.replace(/<!--[\s\S]*?-->/g, '')
  const href = tagsOf(markup, 'base')
    .find((tag) => tag.has('href'))
    ?.get('href')
  const meta = tagsOf(markup, 'meta').filter(
    (tag) => tag.get('http-equiv')?.toLowerCase() === 'content-security-policy',
  )
  return {
    url,
    base: href !== undefined && URL.canParse(href, url.href) ? new URL(href, url) : url,
    tags: tagsOf(markup, 'script').filter((tag) => /(^|\/)pushferry(\.min)?\.js([?#]|$)/.test(tag.get('src') ?? '')),
    mentions: /pushferry/i.test(markup),
    namesSdk: /clevertap|wizrocket|googletagmanager/i.test(markup),
    policies: [csp ?? '', ...meta.map((tag) => tag.get('content') ?? '')].flatMap(parsePolicies),
  }
}
