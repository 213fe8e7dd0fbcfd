import { InvalidArgumentError } from 'commander'
import { type Fault, faultKinds, readFault } from '../simulator/index.ts'

const parseJson = (input: string): unknown => {
  try {
    return JSON.parse(input)
  } catch {
    throw new InvalidArgumentError('it begins like JSON but is not valid JSON.')
  }
}

const parseValue = (name: string, input: string): unknown => {
  if (name === 'objectIds') return input.split('+')
  if (input === 'true' || input === 'false') return input === 'true'
  return /^-?\d+$/.test(input) ? Number(input) : input
}

/** Parses `KIND[,NAME=VALUE…]` to an object; a kind of three digits is short for `status,status=…`. */
const parseWords = (input: string): unknown => {
  const [kind = '', ...pairs] = input.split(',')
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
export const parseFaultArgument = (input: string, before: readonly Fault[] = []): readonly Fault[] => {
  const read = readFault(input.startsWith('{') ? parseJson(input) : parseWords(input))
  if (!read.ok) throw new InvalidArgumentError(`${read.message}.`)
  return [...before, read.fault]
}
