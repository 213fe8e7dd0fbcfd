import { minify } from 'terser'

/**
 * A Rollup plugin that runs Terser in this thread. @rollup/plugin-terser starts a worker for each bundle, which loads and
 * compiles Terser again and uses half as much CPU time again.
 *
 * @param {import('terser').MinifyOptions} [options]
 * @returns {import('rollup').Plugin}
 */
export const terser = (options) => ({
  name: 'terser',
  renderChunk: async (source, _chunk, { format }) => {
    const { code = source } = await minify(source, { module: format === 'es', ...options })
    return { code, map: null }
  },
})
