// What the square code in a picture says, where the browser itself can read one (BarcodeDetector: on Android, ChromeOS
// and macOS). A reader of our own would weigh more than all the rest of the file, so elsewhere the words lead on.

// Gives the text of the one code in a picture; null where there is none, or more, or nobody to read it.
export async function codeIn(bytes) {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const picture = await createImageBitmap(new Blob([bytes]));
    const found = await new globalThis.BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
    return found.length === 1 ? found[0].rawValue : null;
  } catch {
    // No picture at all, or one that the browser does not know.
    return null;
  }
}
