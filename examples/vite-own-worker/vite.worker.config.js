import { defineConfig } from 'vite'

// Builds the worker separately, because a classic worker must be one file without imports.
export default defineConfig({
  build: {
    emptyOutDir: false,
    rollupOptions: { input: 'sw.js', output: { format: 'iife', entryFileNames: 'sw.js' } },
  },
})
