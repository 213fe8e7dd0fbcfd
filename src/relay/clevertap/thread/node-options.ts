/** Options of one thread by which Node's connections differ, and those whose value may be the next word (nodejs.org/api/cli.html). */
const ofConnections = /^--(dns-result-order|tls-(min|max)-|(no-)?network-family-)/
const withNextWord = /^--(dns-result-order|network-family-autoselection-attempt-timeout)$/

const kept = (words: readonly string[]): string[] =>
  words.filter((word, at) => ofConnections.test(word) || withNextWord.test(words[at - 1] ?? ''))

/**
 * What a thread is started with, to make its connections as this process does and to load nothing before its program: an
 * OpenTelemetry SDK, say, is there for the process (`--import`, on the command line or in NODE_OPTIONS), and would report
 * everything twice. What holds for the whole process, such as the heap's size or the ciphers, is refused as an option of one.
 */
export const nodeOptionsOf = ({
  execArgv,
  env,
}: Pick<NodeJS.Process, 'execArgv' | 'env'>): { execArgv: string[]; env: NodeJS.ProcessEnv } => ({
  execArgv: kept(execArgv),
  // A value with spaces stands in double quotes.
  env: { ...env, NODE_OPTIONS: kept(env.NODE_OPTIONS?.match(/(?:"(?:\\.|[^"\\])*"|\S)+/g) ?? []).join(' ') },
})
