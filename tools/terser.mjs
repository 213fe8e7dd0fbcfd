import { minify } from 'terser'

/**
 * Rollup's plugin for Terser, in this thread: @rollup/plugin-terser starts a worker for each bundle, which loads and compiles
 * Terser anew, for half as much processor time again.
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
