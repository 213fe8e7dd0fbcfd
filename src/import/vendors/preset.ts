import type { TokenType } from '../../wire/record.ts'
import type { FieldMap } from '../field-map.ts'

/** How the CSV of a vendor is read. `map` names columns that may be missing; what is missing counts as empty. */
export interface CsvPreset {
  /** For people: `a OneSignal export`. */
  name: string
  isOne: (header: readonly string[]) => boolean
  map: FieldMap
  typeMap: ReadonlyMap<string, TokenType>
  /** Why a row is passed over, if it is; told from its cells by name. */
  skip: (cell: (name: string) => string) => string | undefined
}
