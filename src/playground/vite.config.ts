import { defineConfig } from 'vite';

/** The page as static files with hashed names, beside the service that gives them out. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/playground/',
  build: {
    outDir: '../../dist/playground',
    emptyOutDir: true,
    assetsDir: '.',
    modulePreload: { polyfill: false },
    // Inline data would be blocked, and counts twice.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
