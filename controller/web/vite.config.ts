import { defineConfig } from "vite";

const server = process.env["CCTV_API"] ?? "http://127.0.0.1:8480";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  worker: { format: "es" },
  // Nothing is inlined: the content security policy allows files of this origin only.
  build: { assetsInlineLimit: 0, target: "es2022", sourcemap: false, chunkSizeWarningLimit: 300 },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/live": { target: server, ws: true },
      "/media": { target: server },
    },
  },
});
