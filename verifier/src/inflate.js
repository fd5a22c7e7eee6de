// Unpacking, with a bound: what would grow over it is refused while it grows. The browser's own reader does the work.

import { concat } from "./bytes.js";
import { Refused } from "./refused.js";

// `format` is "gzip" (one member, nothing after it) or "deflate" (zlib, as in a PDF).
export async function inflate(data, format, maxBytes) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new Refused("inflate", "too_large");
    }
    parts.push(value);
  }
}
