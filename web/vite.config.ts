import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// In development the console asks a Holdfast started beside it; built, it is served by the API itself.
const api = process.env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      '@rjsf/validator-ajv8': new URL('./src/ui/nothing.ts', import.meta.url).pathname,
      '@': new URL('./src', import.meta.url).pathname,
    },
  },
  build: { target: 'es2022', manifest: true, chunkSizeWarningLimit: 800 },
  server: { proxy: { '/v1': api, '/public': api, '/openapi.json': api } },
});
