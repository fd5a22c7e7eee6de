// The files attached to a PDF, taken out (ISO 32000-1 §7.11.4); nothing of the visible pages is read. Only what follows
// from the file's own tables counts: readers differ in how they repair a damaged file, so a repaired one says nothing.

import { inflate } from "./inflate.js";
import { Name, Parser, Reference, Stream, damaged, isDictionary, latin } from "./pdf_objects.js";
import { Refused } from "./refused.js";

const MAX = { bytes: 10_000_000, file: 2_000_000, credential: 1_000_000, sections: 64, objects: 200_000, pages: 200, notes: 10_000, files: 100, unpacked: 20_000_000 };
const SUFFIX = /\.(?:json|jsonld|json-ld|jws|jwt)$/;
const MEDIA_TYPES = new Set(["application/json", "application/ld+json", "application/vc", "application/vc+ld+json", "application/vc+jwt"]);

const refuse = (code) => {
  throw new Refused("container", code);
};

// Gives {credential, evidence}: the bytes of the one attached credential, and those of the file called `evidenceName`,
// or null where there is none.
export async function fromPdf(bytes, evidenceName) {
  if (bytes.length > MAX.bytes) refuse("pdf_size");
  const files = await new Pdf(bytes).files();
  const found = [...files.values()];
  const credentials = found.filter(({ names, type }) => names.some((name) => SUFFIX.test(name.toLowerCase())) || MEDIA_TYPES.has(type));
  if (!credentials.length) refuse("no_credential");
  if (credentials.length > 1) refuse("multiple_credentials");
  const evidence = found.filter(({ names }) => names.includes(evidenceName));
  return {
    credential: await contentOf(credentials[0].stream, MAX.credential),
    evidence: evidence.length === 1 ? await contentOf(evidence[0].stream, MAX.file) : null,
  };
}

// One list may hang in many places, so what is gathered is counted and not what stands in the file.
function addTo(gathered, more, most) {
  if (gathered.length + more.length > most) refuse("pdf_files");
  gathered.push(...more);
}

// Plain, or a single Flate filter, as everybody writes it.
async function contentOf({ dictionary, raw }, maxBytes) {
  const filters = [dictionary.get("Filter") ?? []].flat();
  const parameters = [dictionary.get("DecodeParms") ?? []].flat().filter(isDictionary);
  if (filters.length > 1 || filters.some((each) => each.text !== "FlateDecode")) refuse("pdf_filter");
  if (parameters.some((each) => (each.get("Predictor") ?? 1) !== 1)) refuse("pdf_filter");
  const content = filters.length ? await unpack(raw, maxBytes) : raw;
  return content.length === 0 || content.length > maxBytes ? refuse("credential_size") : content;
}

async function unpack(raw, maxBytes) {
  try {
    return await inflate(raw, "deflate", maxBytes);
  } catch (error) {
    return error instanceof Refused ? refuse("credential_size") : damaged();
  }
}

class Pdf {
  constructor(bytes) {
    this.bytes = bytes;
    this.places = new Map();
    this.known = new Map();
    this.packed = new Map();
    this.unpacked = 0;
    this.trailer = new Map();
  }

  async files() {
    await this.readTables();
    if (this.trailer.has("Encrypt")) refuse("pdf_encrypted");
    const root = await this.get(this.trailer.get("Root"));
    if (!isDictionary(root)) damaged();
    const specs = [];
    const names = await this.get(root.get("Names"));
    if (isDictionary(names) && names.has("EmbeddedFiles")) await this.tree(names.get("EmbeddedFiles"), specs);
    addTo(specs, await this.listed(root.get("AF")), MAX.files);
    const notes = [];
    for (const page of await this.pages(root)) {
      addTo(specs, await this.listed(page.get("AF")), MAX.files);
      const here = await this.listed(page.get("Annots"));
      addTo(notes, here, MAX.notes);
      for (const each of here) {
        const note = await this.get(each);
        if (isDictionary(note) && note.get("Subtype")?.text === "FileAttachment" && note.has("FS")) specs.push(note.get("FS"));
      }
    }
    if (specs.length > MAX.files) refuse("pdf_files");
    return this.embedded(specs);
  }

  // One file may hang in several places; the number of its stream tells whether it is the same one.
  async embedded(specs) {
    const files = new Map();
    for (const reference of specs) {
      const spec = await this.get(reference);
      const held = isDictionary(spec) ? await this.get(spec.get("EF")) : null;
      if (!isDictionary(held)) continue;
      const names = (await Promise.all(["UF", "F"].map((key) => this.get(spec.get(key))))).filter((name) => typeof name === "string").map(readable);
      for (const key of ["UF", "F"]) {
        const place = held.get(key);
        const stream = await this.get(place);
        if (!(stream instanceof Stream) || !(place instanceof Reference)) continue;
        const before = files.get(place.number)?.names ?? [];
        files.set(place.number, { stream, names: [...before, ...names], type: (await this.get(stream.dictionary.get("Subtype")))?.text?.toLowerCase() ?? "" });
      }
    }
    return files;
  }

  async listed(value) {
    const found = await this.get(value);
    return found === null || found === undefined ? [] : Array.isArray(found) ? found : [value];
  }

  async tree(start, found) {
    const waiting = [start];
    for (let steps = 0; waiting.length; steps += 1) {
      if (steps > 1_000) damaged();
      const node = await this.get(waiting.shift());
      if (!isDictionary(node)) damaged();
      const names = (await this.get(node.get("Names"))) ?? [];
      addTo(found, [names].flat().filter((_, at) => at % 2), MAX.files);
      addTo(waiting, [(await this.get(node.get("Kids"))) ?? []].flat(), MAX.notes);
    }
  }

  async pages(root) {
    const found = [];
    const waiting = [root.get("Pages")];
    for (let steps = 0; waiting.length; steps += 1) {
      if (steps > 2_000) damaged();
      const node = await this.get(waiting.shift());
      if (!isDictionary(node)) damaged();
      if (node.has("Kids")) addTo(waiting, [await this.get(node.get("Kids"))].flat(), MAX.notes);
      else found.push(node);
      if (found.length > MAX.pages) refuse("pdf_pages");
    }
    return found;
  }

  async readTables() {
    const tail = latin(this.bytes.subarray(-2048));
    const place = tail.lastIndexOf("startxref");
    if (place < 0) damaged();
    const seen = new Set();
    const waiting = [new Parser(this.bytes, Math.max(0, this.bytes.length - 2048) + place + "startxref".length).integer()];
    while (waiting.length) {
      const at = waiting.shift();
      if (seen.has(at) || seen.size > MAX.sections || at >= this.bytes.length) damaged();
      seen.add(at);
      const trailer = await this.readTable(at);
      for (const [name, value] of trailer) if (!this.trailer.has(name)) this.trailer.set(name, value);
      for (const name of ["XRefStm", "Prev"]) if (typeof trailer.get(name) === "number") waiting.push(trailer.get(name));
    }
  }

  async readTable(at) {
    const parser = new Parser(this.bytes, at);
    parser.space();
    if (!parser.startsWith("xref")) return this.readTableStream(at);
    parser.take("xref");
    for (;;) {
      parser.space();
      if (parser.startsWith("trailer")) break;
      const first = parser.integer();
      const count = parser.integer();
      if (count > MAX.objects) damaged();
      for (let number = first; number < first + count; number += 1) {
        const offset = parser.integer();
        parser.integer();
        if (parser.word() === "n") this.place(number, { offset });
      }
    }
    parser.take("trailer");
    const trailer = parser.value();
    return isDictionary(trailer) ? trailer : damaged();
  }

  place(number, where) {
    // The newest table is read first, so what is there already stands.
    if (!this.places.has(number)) this.places.set(number, where);
    if (this.places.size > MAX.objects) damaged();
  }

  async readTableStream(at) {
    const stream = await this.objectAt(at, null);
    if (!(stream instanceof Stream) || stream.dictionary.get("Type")?.text !== "XRef") damaged();
    const rows = await this.unpackRows(stream);
    const widths = stream.dictionary.get("W");
    const ranges = stream.dictionary.get("Index") ?? [0, stream.dictionary.get("Size")];
    const width = Array.isArray(widths) && widths.length === 3 ? widths[0] + widths[1] + widths[2] : damaged();
    // A row without a byte would cost nothing to write and could be announced as often as anybody likes.
    if (!(width > 0)) damaged();
    let row = 0;
    for (let pair = 0; pair < ranges.length; pair += 2) {
      for (let number = ranges[pair]; number < ranges[pair] + ranges[pair + 1]; number += 1, row += 1) {
        const [kind, second, third] = fields(rows.subarray(row * width, (row + 1) * width), widths);
        if (kind === 1) this.place(number, { offset: second });
        if (kind === 2) this.place(number, { inside: second, index: third });
      }
    }
    return stream.dictionary;
  }

  async get(value) {
    let found = value;
    for (let steps = 0; found instanceof Reference; steps += 1) {
      if (steps > 20) damaged();
      found = await this.objectOf(found.number);
    }
    return found;
  }

  async objectOf(number) {
    if (this.known.has(number)) return this.known.get(number);
    const where = this.places.get(number);
    let found = null;
    if (where?.offset !== undefined) found = await this.objectAt(where.offset, number);
    else if (where) found = await this.objectInside(where.inside, number);
    this.known.set(number, found);
    return found;
  }

  async objectAt(offset, expected) {
    const parser = new Parser(this.bytes, offset);
    const number = parser.integer();
    parser.integer();
    parser.take("obj");
    if (expected !== null && number !== expected) damaged();
    const value = parser.value();
    parser.space();
    if (!isDictionary(value) || !parser.startsWith("stream")) return value;
    parser.at += "stream".length;
    if (this.bytes[parser.at] === 0x0d) parser.at += 1;
    if (this.bytes[parser.at] !== 0x0a) damaged();
    parser.at += 1;
    const length = await this.get(value.get("Length"));
    if (!Number.isInteger(length) || length < 0 || parser.at + length > this.bytes.length) damaged();
    const raw = this.bytes.subarray(parser.at, parser.at + length);
    parser.at += length;
    parser.take("endstream");
    return new Stream(value, raw);
  }

  async objectInside(number, wanted) {
    if (!this.packed.has(number)) {
      const where = this.places.get(number);
      const stream = where?.offset === undefined ? damaged() : await this.objectAt(where.offset, number);
      if (!(stream instanceof Stream) || stream.dictionary.get("Type")?.text !== "ObjStm") damaged();
      const data = await this.unpackRows(stream);
      const parser = new Parser(data);
      const places = new Map();
      for (let left = stream.dictionary.get("N"); left > 0; left -= 1) places.set(parser.integer(), parser.integer());
      this.packed.set(number, { data, places, first: stream.dictionary.get("First") });
    }
    const { data, places, first } = this.packed.get(number);
    return places.has(wanted) ? new Parser(data, first + places.get(wanted)).value() : damaged();
  }

  // Tables and packed objects may be written row by row as differences (ISO 32000-1 §7.4.4.4).
  async unpackRows({ dictionary, raw }) {
    const filters = [(await this.get(dictionary.get("Filter"))) ?? []].flat();
    if (filters.length > 1 || filters.some((each) => !(each instanceof Name) || each.text !== "FlateDecode")) refuse("pdf_filter");
    const data = filters.length ? await unpack(raw, MAX.unpacked - this.unpacked) : raw;
    this.unpacked += data.length;
    const parameters = await this.get([dictionary.get("DecodeParms") ?? null].flat()[0]);
    if (!isDictionary(parameters) || (parameters.get("Predictor") ?? 1) === 1) return data;
    const columns = parameters.get("Columns") ?? 1;
    const isPlain = parameters.get("Predictor") >= 10 && (parameters.get("Colors") ?? 1) === 1 && (parameters.get("BitsPerComponent") ?? 8) === 8;
    return isPlain && columns < 100_000 ? undoRows(data, columns) : refuse("pdf_filter");
  }
}

const fields = (row, widths) => {
  let at = 0;
  return widths.map((width, place) => {
    if (width === 0) return place === 0 ? 1 : 0;
    let number = 0;
    for (const end = at + width; at < end; at += 1) number = number * 256 + (row[at] ?? damaged());
    return number;
  });
};

// The filters of PNG rows, at one byte a pixel: none, left, above, average, Paeth.
function undoRows(data, columns) {
  const rows = Math.floor(data.length / (columns + 1));
  const found = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = data[row * (columns + 1)];
    for (let column = 0; column < columns; column += 1) {
      const at = row * columns + column;
      const left = column ? found[at - 1] : 0;
      const above = row ? found[at - columns] : 0;
      const corner = row && column ? found[at - columns - 1] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][kind] ?? damaged();
      found[at] = data[row * (columns + 1) + 1 + column] + guess;
    }
  }
  return found;
}

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((each) => Math.abs(guess - each));
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

// A text of a PDF is UTF-16 where it says so, and otherwise near enough to Latin-1 for a file's name.
function readable(name) {
  if (!name.startsWith("\xfe\xff")) return name;
  const bytes = Uint8Array.from(name.slice(2), (character) => character.charCodeAt(0));
  return new TextDecoder("utf-16be").decode(bytes);
}
