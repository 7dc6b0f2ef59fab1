import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const server = process.env["CCTV_API"] ?? "http://127.0.0.1:8480";
const MODULES = ["preact", "@preact/signals", "@preact/signals-core", "@msgpack/msgpack"];

/** Ships the licence of everything that is bundled, as those licences ask. */
function licences(): Plugin {
  const texts = [
    ["Pretendard", "licences/pretendard.txt"],
    ...MODULES.map((name) => [name, `node_modules/${name}/LICENSE`] as const),
  ].map(([name = "", path = ""]) => `${name}\n\n${readFileSync(new URL(path, import.meta.url), "utf-8").trim()}\n`);
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join(`\n${"=".repeat(72)}\n\n`) });
    },
  };
}

export default defineConfig({
  plugins: [licences()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  worker: { format: "es" },
  // Nothing is inlined: the content security policy allows files of this origin only.
  build: { assetsInlineLimit: 0, target: "es2022", sourcemap: false },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/live": { target: server, ws: true },
      "/media": { target: server },
    },
  },
});
