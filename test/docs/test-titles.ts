import { parseAst } from 'vite'

/** A title as written in a test file. */
export interface Title {
  /** The functions that are called with it, such as `it` or `it.each`. */
  call: string
  text: string
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** `it`, `it.each` or `describe.skipIf(…).each` as `it`; undefined for any other function. */
const callee = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined
  if (node.type === 'Identifier') return ['it', 'test', 'describe'].find((name) => name === node.name)
  if (node.type === 'MemberExpression') return callee(node.object)
  return node.type === 'CallExpression' ? callee(node.callee) : undefined
}

/** The titles of a test file's tests and groups that are string literals, from its syntax tree. */
export const titlesIn = (source: string): Title[] => {
  const titles: Title[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one)
      return
    }
    if (!isNode(value)) return
    const call = value.type === 'CallExpression' ? callee(value.callee) : undefined
    const [title] = Array.isArray(value.arguments) ? value.arguments : []
    if (call !== undefined && isNode(title) && title.type === 'Literal' && typeof title.value === 'string')
      titles.push({ call, text: title.value })
    for (const one of Object.values(value)) if (typeof one === 'object') visit(one)
  }
  visit(parseAst(source, { lang: 'ts' }))
  return titles
}

/**
 * Whether a title with a placeholder (`%s`, `$name`) says too little by itself: fewer than four other words, as in
 * "%s is refused".
 */
export const saysTooLittle = (title: string): boolean => {
  const placeholder = /%[sdifjoO#%]|\$[a-z][\w.]*/g
  if (!placeholder.test(title)) return false
  const words = title.replace(placeholder, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu) ?? []
  return words.length < 4
}
