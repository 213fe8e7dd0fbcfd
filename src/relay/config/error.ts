/**
 * A setting that is wrong, missing or not known. The message is one line that names the setting and says what is
 * allowed; it never holds a value, because people put secrets into the wrong variable too.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
