/** Connection options that Node takes for a thread, and those whose value may be the next argument (nodejs.org/api/cli.html). */
const ofConnections = /^--(dns-result-order|tls-(min|max)-|(no-)?network-family-)/
const withNextWord = /^--(dns-result-order|network-family-autoselection-attempt-timeout)$/

const kept = (words: readonly string[]): string[] =>
  words.filter((word, at) => ofConnections.test(word) || withNextWord.test(words[at - 1] ?? ''))

/**
 * Node options for a thread. Keeps the options about connections, so that the thread connects as the process does. Drops options
 * that load code, such as `--import`: an OpenTelemetry SDK that is loaded twice reports everything twice. Also drops options of
 * the whole process, such as the heap size, which Node refuses for a thread.
 */
export const nodeOptionsOf = ({
  execArgv,
  env,
}: Pick<NodeJS.Process, 'execArgv' | 'env'>): { execArgv: string[]; env: NodeJS.ProcessEnv } => ({
  execArgv: kept(execArgv),
  // A value with spaces is in double quotes.
  env: { ...env, NODE_OPTIONS: kept(env.NODE_OPTIONS?.match(/(?:"(?:\\.|[^"\\])*"|\S)+/g) ?? []).join(' ') },
})
