import tseslint from "typescript-eslint";

const up = (...folders) => folders.map((name) => ({ group: [`**/${name}/**`, `../${name}`], message: `${name} is above this layer` }));
const layer = (folder, forbidden, types = []) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: [...up(...forbidden), ...up(...types).map((p) => ({ ...p, allowTypeImports: true }))] },
    ],
  },
});
const network = ["fetch", "WebSocket", "XMLHttpRequest", "EventSource"].map((name) => ({
  name,
  message: "only src/api talks to the network",
}));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "max-lines": ["error", { max: 250 }],
      "no-restricted-globals": ["error", ...network],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "no markup from strings" },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML)$/]", message: "no markup from strings" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["src/api/**"], rules: { "no-restricted-globals": "off" } },
  layer("lib", ["ui", "pages"], ["api"]),
  layer("ui", ["pages"], ["api"]),
  layer("api", ["ui", "pages"]),
);
