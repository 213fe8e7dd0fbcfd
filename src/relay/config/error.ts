/**
 * A wrong, missing or unknown setting. The message is one line that names the setting and says which values are allowed. It
 * never contains the value, because the value may be a secret in the wrong variable.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
