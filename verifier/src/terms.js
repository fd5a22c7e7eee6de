// Term tables: which term means which IRI. They are the service's own (accredit/kit/linkeddata/tables), which stand in
// the page as they are; the form is described in accredit/kit/linkeddata/terms.py.

export function readTables(texts) {
  return new Map(texts.map(readTable).map((table) => [table.url, table.scope]));
}

function readTable(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() && !line.startsWith("#"));
  const url = lines[0].slice("context ".length);
  const rows = lines.slice(2).map((line) => ({
    depth: line.length - line.trimStart().length,
    fields: line.trim().split(/\s+/),
  }));
  const place = { at: 0 };
  const scope = readScope(rows, place, 0);
  if (place.at !== rows.length) throw new Error("a line of a term table is out of place");
  return { url, scope };
}

function readScope(rows, place, depth) {
  const scope = { entries: new Map(), isProtected: false, vocab: null };
  while (place.at < rows.length && rows[place.at].depth === depth) {
    const { fields } = rows[place.at];
    place.at += 1;
    if (fields[0] === "@protected") scope.isProtected = true;
    else if (fields[0] === "@vocab") scope.vocab = fields[1];
    else scope.entries.set(fields[0], readEntry(fields, rows, place, depth));
  }
  return scope;
}

function readEntry(fields, rows, place, depth) {
  const options = Object.fromEntries(fields.slice(2).map((option) => option.split(/=(.*)/s, 2)));
  const hasScope = place.at < rows.length && rows[place.at].depth === depth + 1;
  return {
    iri: fields[1],
    type: options.type ?? null,
    container: options.container ?? null,
    isPrefix: "prefix" in options,
    scope: hasScope ? readScope(rows, place, depth + 1) : null,
    opensScope: hasScope || "scope" in options,
  };
}
