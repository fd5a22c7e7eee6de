// Bundles src/ and style.css into one page, committed under accredit/rendering, so that nobody who runs accredit needs
// node. The page's own policy allows exactly this script and this style, by their hashes, and no connection at all.
// Beside it a smaller script from the same sources, for the service's own page while the service is away.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "accredit", "rendering", "verifier.html");
const outAway = process.argv[3] ?? join(here, "..", "accredit", "web", "static", "away.js");
const bundle = async (name, format) => {
  const bundled = await build({
    entryPoints: [join(here, "src", name)], bundle: true, minify: true, write: false, format, target: ["es2022"], charset: "ascii", legalComments: "none",
  });
  return bundled.outputFiles[0].text.trim();
};
// A closing tag inside a text of the script would end it.
const script = (await bundle("main.js", "iife")).replaceAll("</script", "<\\/script");
const style = (await transform(readFileSync(join(here, "style.css"), "utf8"), { loader: "css", minify: true })).code.trim();
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, "connect-src 'none'", "img-src 'none'", "form-action 'none'", "base-uri 'none'",
].join("; ");
// Both libraries have the same licence, which travels with every copy.
const licence = readFileSync(join(here, "node_modules", "@noble", "curves", "LICENSE"), "utf8").trim();
const page = readFileSync(join(here, "page.html"), "utf8").replace("POLICY", () => policy).replace("STYLE", () => style).replace("LICENCE", () => licence).replace("SCRIPT", () => script);
writeFileSync(out, page);
console.log(`${out} ${(page.length / 1024).toFixed(1)} KB`);
const away = `/* It contains @noble/curves and @noble/hashes:\n${licence}\n*/\n${await bundle("away.js", "esm")}\n`;
writeFileSync(outAway, away);
console.log(`${outAway} ${(away.length / 1024).toFixed(1)} KB`);
