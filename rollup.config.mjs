// Bundles what tsc emitted into build/ for the browser: the product, and the status page. No plugin rewrites source.
import { readFileSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { terser } from './tools/terser.mjs'

// Properties that start with an underscore are private to one bundle and are mangled: nothing that is stored, sent or
// public may start with one.
const minify = (module, preamble) =>
  terser({
    module,
    ecma: 2022,
    toplevel: true,
    compress: {
      passes: 3,
      hoist_funs: true,
      // Functions of one line only: longer bodies compress worse where they are called than where they stand.
      inline: 1,
      unsafe: true,
      unsafe_arrows: true,
      pure_getters: true,
      keep_fargs: false,
      lhs_constants: false,
    },
    mangle: { properties: { regex: /^_/ } },
    format: { comments: false, preamble },
  })

/** A script that holds much of somebody's library holds its licence too. */
const licenceOf = (name) =>
  `/*! ${name}\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8')}*/`

/** One row an artefact: [input, output, format, a library whose licence it carries]. */
const artefacts = [
  ['build/client/src/client/index.js', 'pushferry.js', 'es'],
  ['build/client/src/client/clevertap-sdk.js', 'pushferry-clevertap-sdk.js', 'es'],
  ['build/client/src/client/script-tag.js', 'pushferry.min.js', 'iife'],
  ['build/client/src/prompt/index.js', 'pushferry-prompt.js', 'es'],
  ['build/client/src/prompt/script-tag.js', 'pushferry-prompt.min.js', 'iife'],
  ['build/sw/sw/attach.js', 'pushferry-sw.js', 'es'],
  ['build/sw/sw/index.js', 'pushferry-sw.min.js', 'iife'],
  ['build/status/page/main.js', 'pushferry-status.min.js', 'iife', 'uplot'],
]

export default artefacts.map(([input, file, format, library]) => ({
  input,
  // Strict mode changes nothing in code that TypeScript has checked, but a dozen bytes.
  output: { file: `dist/browser/${file}`, format, generatedCode: 'es2015', strict: false },
  plugins: [nodeResolve(), minify(format === 'es', library ? licenceOf(library) : '')],
}))
