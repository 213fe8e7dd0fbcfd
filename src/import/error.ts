/**
 * An import that cannot go on. `usage`: nothing was begun, because the call is wrong. `failed`: something stopped it
 * half-way; rows in the store stay there, and the same import can be run again. The message is one line without a
 * value of any row.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly kind: 'usage' | 'failed'

  constructor(kind: 'usage' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
