// Reads a code with the camera, and takes files that are dropped. Without this script people type, paste or choose.
//
// The reader (a script and compiled code, both from us) is loaded when the button is pressed, not before. Pictures stay
// in the browser: what is sent is the text of the code, by the form that people paste into. With the reader comes what
// is needed where we cannot be reached once the code is read: a certificate may say a few signed words by itself. They
// are looked at only then.
const part = document.getElementById("scan");
const form = document.getElementById("given");
if (part && form) {
  const [start, stop] = part.querySelectorAll("button");
  const said = part.querySelector("[role=status]");
  const stage = part.querySelector("[data-stage]");
  const told = part.querySelector("[data-answer]");
  const video = part.querySelector("video");
  const text = form.elements.text;
  const every = 120;
  const patience = 8000;
  let stream = null;
  let turn = 0;
  let away = null;

  const say = (name) => { said.textContent = part.dataset[name] ?? ""; };

  const loadReader = () => new Promise((done, failed) => {
    if (globalThis.ZXingWASM) return done(globalThis.ZXingWASM);
    const script = document.createElement("script");
    script.src = part.dataset.reader;
    script.onload = () => {
      // Without this it would ask a host of others for the compiled code.
      ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => part.dataset.code } });
      done(globalThis.ZXingWASM);
    };
    script.onerror = failed;
    document.head.append(script);
  });

  // Nothing waits for this, and scanning goes on without it.
  const prepareToBeAway = async () => {
    try {
      const { prepare, answerOf } = await import(part.dataset.away);
      const known = await prepare(part.dataset.single);
      return (found) => answerOf(found, known);
    } catch {
      away = null;
      return null;
    }
  };

  const end = (word) => {
    turn += 1;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    const hadFocus = stage.contains(document.activeElement);
    stage.hidden = true;
    start.hidden = false;
    if (hadFocus) start.focus();
    say(word);
  };

  const reason = (error) => ({
    NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none",
    NotReadableError: "taken", AbortError: "taken",
  })[error?.name] ?? "failed";

  // Whoever stands before us says so with these when there is nobody behind them.
  const isAnswered = async (path) => {
    try {
      const asked = { method: "HEAD", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(patience) };
      return ![502, 503, 504].includes((await fetch(path, asked)).status);
    } catch {
      return false;
    }
  };

  const tellAlone = async (found) => {
    const answer = await (await away)?.(found);
    say(answer ? "alone" : "unreachable");
    if (!answer) return;
    told.replaceChildren(answer);
    answer.focus();
  };

  const ours = (found) => {
    try {
      const address = new URL(found);
      return address.host === location.host && /^\/v\/[^/]+$/i.test(address.pathname) ? address : null;
    } catch {
      return null;
    }
  };

  // A code of ours leads straight to its page; what follows the # stays in the browser. Anything else the form explains.
  const follow = async (found) => {
    const address = ours(found);
    if (address) {
      if (!(await isAnswered(address.pathname))) return tellAlone(found);
      return location.assign(address.pathname + address.hash);
    }
    form.elements.file.value = "";
    text.value = found;
    form.requestSubmit();
  };

  const look = async (reader, mine) => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    while (mine === turn) {
      if (video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth) {
        const scale = Math.min(1, 1280 / Math.max(video.videoWidth, video.videoHeight));
        canvas.width = Math.round(video.videoWidth * scale);
        canvas.height = Math.round(video.videoHeight * scale);
        pen.drawImage(video, 0, 0, canvas.width, canvas.height);
        const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
        const [found] = await reader.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
        if (mine !== turn) return;
        if (found?.isValid && found.text) {
          end("found");
          await follow(found.text);
          return;
        }
      }
      await new Promise((later) => setTimeout(later, every));
    }
  };

  start.addEventListener("click", async () => {
    // Browsers give the camera to pages that came over TLS only.
    if (!navigator.mediaDevices?.getUserMedia) return say("none");
    const mine = ++turn;
    say("starting");
    told.replaceChildren();
    away ??= prepareToBeAway();
    try {
      const [reader, given] = await Promise.all([
        loadReader(),
        navigator.mediaDevices.getUserMedia({
          audio: false, video: { facingMode: "environment", width: { ideal: 1280 } },
        }),
      ]);
      if (mine !== turn) return given.getTracks().forEach((track) => track.stop());
      stream = given;
      video.srcObject = stream;
      stage.hidden = false;
      start.hidden = true;
      stop.focus();
      await video.play();
      say("ready");
      await look(reader, mine);
    } catch (error) {
      if (mine === turn) end(reason(error));
    }
  });
  stop.addEventListener("click", () => end("stopped"));
  part.addEventListener("keydown", (event) => { if (event.key === "Escape" && stream) end("stopped"); });
  // A camera that stays on behind another page frightens people, and rightly.
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) end("stopped"); });
  addEventListener("pagehide", () => { if (stream) end("stopped"); });
  part.hidden = false;

  // A file that is dropped anywhere on the form is as good as a chosen one.
  for (const kind of ["dragover", "drop"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (kind === "drop" && event.dataTransfer.files.length === 1) form.elements.file.files = event.dataTransfer.files;
    });
  }
}
