import { parseAst } from 'vite'
import { read } from './markdown.ts'

type Program = ReturnType<typeof parseAst>
type Declaration = Extract<Program['body'][number], { type: 'ExportNamedDeclaration' }>['declaration']

/** The exported declarations of a file, as syntax trees. */
const exportsOf = (file: string): NonNullable<Declaration>[] =>
  parseAst(read(file), { lang: 'ts' }).body.flatMap((one) =>
    one.type === 'ExportNamedDeclaration' && one.declaration ? [one.declaration] : [],
  )

/**
 * The members of an exported union of strings.
 *
 * @throws Error when the file exports no such type, or a member is no string.
 */
export const unionIn = (file: string, name: string): string[] => {
  const found = exportsOf(file).find((one) => one.type === 'TSTypeAliasDeclaration' && one.id.name === name)
  if (found?.type !== 'TSTypeAliasDeclaration' || found.typeAnnotation.type !== 'TSUnionType')
    throw new Error(`${file} exports no union ${name}`)
  return found.typeAnnotation.types.map((member) => {
    if (
      member.type === 'TSLiteralType' &&
      member.literal.type === 'Literal' &&
      typeof member.literal.value === 'string'
    )
      return member.literal.value
    throw new Error(`${file}: a member of ${name} is no string`)
  })
}

/** The names of the properties of an exported interface; empty if the file does not export it. */
export const membersIn = (file: string, name: string): string[] => {
  const found = exportsOf(file).find((one) => one.type === 'TSInterfaceDeclaration' && one.id.name === name)
  if (found?.type !== 'TSInterfaceDeclaration') return []
  return found.body.body.flatMap((member) =>
    member.type === 'TSPropertySignature' && member.key.type === 'Identifier' ? [member.key.name] : [],
  )
}

/** Calls `use` with every node of a syntax tree, in no particular order. */
const visit = (value: unknown, use: (node: Readonly<Record<string, unknown>>) => void): void => {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value) use({ ...value })
  for (const one of Object.values(value)) visit(one, use)
}

const nameOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : undefined

/** The values of all string literals in a source; strings in comments do not count. */
export const stringsIn = (source: string): Set<string> => {
  const strings = new Set<string>()
  visit(parseAst(source, { lang: 'ts' }), ({ type, value }) => {
    if (type === 'Literal' && typeof value === 'string') strings.add(value)
    if (type === 'TemplateElement' && typeof value === 'object' && value !== null && 'cooked' in value)
      strings.add(String(value.cooked))
  })
  return strings
}

/** The names that a source declares or uses; words in comments and strings do not count. */
export const identifiersIn = (source: string): Set<string> => {
  const names = new Set<string>()
  visit(parseAst(source, { lang: 'ts' }), ({ type, name }) => {
    if (type === 'Identifier') names.add(String(name))
  })
  return names
}

/** The members that a file takes from a member by destructuring, as in `const { relay } = element.dataset ?? {}`. */
export const destructuredFrom = (file: string, member: string): string[] => {
  const names: string[] = []
  visit(parseAst(read(file), { lang: 'ts' }), ({ type, id, init }) => {
    if (type !== 'VariableDeclarator' || typeof id !== 'object' || id === null) return
    if (!('properties' in id) || !Array.isArray(id.properties)) return
    let isFrom = false
    visit(init, ({ type: inner, property }) => {
      isFrom ||= inner === 'MemberExpression' && nameOf(property) === member
    })
    if (isFrom) names.push(...id.properties.flatMap((property: { key?: unknown }) => nameOf(property.key) ?? []))
  })
  return names
}
