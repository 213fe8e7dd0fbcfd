/** Reads a whole number from the environment. A wrong value ends the process with one line and code 2. */
export const wholeNumber = (name, byDefault, most = Number.MAX_SAFE_INTEGER) => {
  const value = Number(process.env[name] ?? byDefault)
  if (Number.isSafeInteger(value) && value > 0 && value <= most) return value
  console.error(`${name} must be a whole number from 1 ${most === Number.MAX_SAFE_INTEGER ? 'up' : `to ${most}`}`)
  return process.exit(2)
}
