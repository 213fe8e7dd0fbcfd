import { defineConfig } from 'vite'

// The worker is built by itself: whatever it needs is then in its one file, which a classic worker must be.
export default defineConfig({
  build: {
    emptyOutDir: false,
    rollupOptions: { input: 'sw.js', output: { format: 'iife', entryFileNames: 'sw.js' } },
  },
})
