/**
 * An import that cannot continue. `usage`: the call is wrong, and nothing was done. `failed`: the import stopped half-way; rows
 * in the store stay there, and the user can run the same import again. The message is one line and contains no value of a row.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly kind: 'usage' | 'failed'

  constructor(kind: 'usage' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
