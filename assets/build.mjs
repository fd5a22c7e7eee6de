// Compiles scss/ and js/ into accredit/web/static. Fonts come first, from fonts.py.
// Every address inside a built file carries the hash of what it names, so browsers may keep each for ever.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "accredit", "web", "static");
const govuk = join(here, "node_modules", "govuk-frontend");
// Twelve digits of SHA-256: the same hash that accredit/web/static_files.py puts into pages.
const hashed = (name) =>
  `${name}?v=${createHash("sha256").update(readFileSync(join(out, name))).digest("hex").slice(0, 12)}`;

mkdirSync(join(out, "licences"), { recursive: true });
copyFileSync(join(here, "licences", "govuk-frontend.txt"), join(out, "licences", "govuk-frontend.txt"));
const script = readFileSync(join(govuk, "dist", "govuk", "govuk-frontend.min.js"), "utf8");
writeFileSync(join(out, "govuk-frontend.min.js"), script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));

// The camera's reader of codes, as its makers built it: a script and the compiled code that it asks us for.
const zxing = join(here, "node_modules", "zxing-wasm", "dist");
copyFileSync(join(zxing, "iife", "reader", "index.js"), join(out, "zxing-reader.js"));
copyFileSync(join(zxing, "reader", "zxing_reader.wasm"), join(out, "zxing-reader.wasm"));
copyFileSync(join(here, "licences", "zxing-wasm.txt"), join(out, "licences", "zxing-wasm.txt"));

for (const name of ["public", "school"]) {
  const { css } = compile(join(here, "scss", `${name}.scss`), {
    style: "compressed", loadPaths: [join(here, "node_modules")], quietDeps: true, charset: false,
  });
  const linked = css.replace(/url\(["']?(fonts\/[\w.-]+)["']?\)/g, (_, font) => `url(${hashed(font)})`);
  writeFileSync(join(out, `${name}.css`), linked.trim() + "\n");
  console.log(`${name}.css ${(linked.length / 1024).toFixed(1)} KB`);
}

for (const name of readdirSync(join(here, "js"))) {
  const text = readFileSync(join(here, "js", name), "utf8");
  writeFileSync(join(out, name), text.replace(/from "\.\/([\w.-]+)"/g, (_, target) => `from "./${hashed(target)}"`));
}
// Folders among the pictures have a script of their own (badges.py).
for (const entry of readdirSync(join(here, "images"), { withFileTypes: true })) {
  if (entry.isFile()) copyFileSync(join(here, "images", entry.name), join(out, entry.name));
}
