import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    rollupOptions: {
      input: { index: 'index.html', sw: 'sw.js' },
      output: {
        // A worker's name must stay, because it is what the browser knows it by.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
})
