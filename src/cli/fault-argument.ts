import { InvalidArgumentError } from 'commander'
import { type Fault, faultKinds, readFault } from '../simulator/index.ts'

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('it begins like JSON but is not valid JSON.')
  }
}

const parseValue = (name: string, text: string): unknown => {
  if (name === 'objectIds') return text.split('+')
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/** Parses `KIND[,NAME=VALUE…]` to an object; a kind of three digits is short for `status,status=…`. */
const parseWords = (text: string): unknown => {
  const [kind = '', ...pairs] = text.split(',')
  const members: Record<string, unknown> = /^\d{3}$/.test(kind) ? { kind: 'status', status: Number(kind) } : { kind }
  for (const pair of pairs) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined)
      throw new InvalidArgumentError(`${JSON.stringify(pair)} is not of the form NAME=VALUE.`)
    members[name] = parseValue(name, value)
  }
  return members
}

/** Description of a fault argument for the help. */
export const faultArgumentHelp = `A fault is KIND or KIND,NAME=VALUE,… or a JSON object. It hits one call unless times says otherwise.
  kinds    ${faultKinds.join(' ')}
           a number of three digits is short for status: 429 means status,status=429
  any of   times=N|always  every=N  on=upload|profile  dryRun=true|false  objectIds=A+B  applied=true|false
  latency  ms=N            status  status=N retryAfter=N     reset  at=request|answer|body
  reject   code=N          counts  processed=N               trickle  ms=N bytes=N
  echo     record=omitted|changed number=omitted|shifted`

/**
 * Reads a fault from the command line and appends it to the earlier ones.
 *
 * @throws InvalidArgumentError that names the fault and the allowed values.
 */
export const parseFaultArgument = (text: string, before: readonly Fault[] = []): readonly Fault[] => {
  const read = readFault(text.startsWith('{') ? parseJson(text) : parseWords(text))
  if (!read.ok) throw new InvalidArgumentError(`${read.message}.`)
  return [...before, read.fault]
}
