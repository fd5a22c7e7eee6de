// What a person sees. Every text goes in as text, never as markup: a certificate may say whatever its maker likes.

import { utf8 } from "./bytes.js";
import { day, verdictOf } from "./verdict_words.js";
import { codeIn } from "./pictures.js";
import { isObject, read } from "./strict_json.js";
import { EVIDENCE, LISTS } from "./sources.js";
import { isStatement } from "./statement.js";
import { verify, verifyStatement } from "./verify.js";

const MAX_FILES = 20;
// What a photo or a scan of a certificate comes to before anybody looked for a code in it.
const PERHAPS_PICTURES = ["no_credential", "other_kind_of_file"];
const MAX_LISTS = 20;
const MAX_BYTES = 10_000_000;
const MAX_CODE = 500;
// As on the service's own page (templates/components/verdict.html): a shape, what stands in it, and the ground's colour.
const SHAPES = {
  green: ["M22 2l17 6v13c0 11-7 18-17 21C12 39 5 32 5 21V8z", "M13 22l7 7 12-14", "#0b6b3a"],
  red: ["M14 3h16l11 11v16L30 41H14L3 30V14z", "M15 15l14 14M29 15L15 29", "#b42318"],
  amber: ["M18.5 5.5a4 4 0 0 1 7 0l15 27a4 4 0 0 1-3.5 6H7a4 4 0 0 1-3.5-6z", "M22 15v10M22 32v.5", "#7a4800"],
  grey: ["M22 3a19 19 0 1 0 .1 0z", "M14 22h16", "#4b5563"],
};

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// The credential that evidence is about; null where it cannot be read, which the engine says.
function idInside(told) {
  try {
    return JSON.parse(told.credential.document).id ?? null;
  } catch {
    return null;
  }
}

export class Page {
  constructor(root, facts, trust) {
    const asked = navigator.language.toLowerCase().startsWith("cy") ? "cy" : "en";
    Object.assign(this, { root, facts, trust, language: asked, certificate: null, name: null, evidence: [], lists: [], added: [], answer: null, asked: 0, isNew: 0 });
  }

  say(key) {
    return this.facts.languages[this.language].ui[key];
  }

  show() {
    document.documentElement.lang = this.language;
    document.title = this.say("title");
    this.result = element("div", { id: "result", tabindex: "-1", "aria-live": "polite" });
    this.root.replaceChildren(this.header(), element("main", {}, this.intro(), this.form(), this.result, this.trusted()), this.footer());
    if (this.answer) this.showAnswer();
  }

  header() {
    const other = this.language === "cy" ? "en" : "cy";
    const change = () => {
      this.language = other;
      this.show();
    };
    const button = element("button", { type: "button", lang: other, onclick: change }, this.facts.languages[other].ui.language);
    return element("header", {}, element("strong", {}, "accredit"), button);
  }

  intro() {
    return element("div", {}, element("h1", {}, this.say("title")), element("p", {}, this.say("lead")));
  }

  form() {
    const input = element("input", { type: "file", id: "file", multiple: "", "aria-describedby": "file-hint", onchange: () => this.take([...input.files]) });
    const pasted = element("textarea", { id: "text", rows: "4", spellcheck: "false", autocomplete: "off" });
    const check = () => pasted.value.trim() && this.takeText(pasted.value.trim());
    const drop = element(
      "section",
      { class: "drop", "aria-label": this.say("choose") },
      element("label", { for: "file" }, this.say("choose")),
      element("p", { class: "hint", id: "file-hint" }, this.say("chooseHint")),
      input,
    );
    const stop = (event) => event.preventDefault();
    drop.addEventListener("dragover", (event) => {
      stop(event);
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      stop(event);
      drop.classList.remove("over");
      this.take([...event.dataTransfer.files]);
    });
    const paste = element("div", {}, element("label", { for: "text" }, this.say("paste")), pasted, element("p", {}, element("button", { type: "button", class: "main", onclick: check }, this.say("check"))));
    return element("div", {}, drop, paste);
  }

  // A certificate replaces the one before; evidence and status lists stay beside it.
  async take(files) {
    const asked = this.begin();
    for (const file of files.slice(0, MAX_FILES)) {
      const bytes = file.size > MAX_BYTES ? new Uint8Array(MAX_BYTES + 1) : new Uint8Array(await file.arrayBuffer());
      const about = this.keep(bytes);
      if (about !== null) this.added.push(...about);
      else Object.assign(this, { certificate: bytes, name: file.name ?? null, isNew: asked });
    }
    await this.ask(asked);
  }

  // What is on its way makes what was said before untrue: nothing of it may stay, whatever happens next. Gives the
  // number of the question, since an answer to an earlier one may still arrive.
  begin() {
    this.answer = null;
    this.added = [];
    this.result.replaceChildren(element("p", {}, this.say("checking")));
    this.asked += 1;
    return this.asked;
  }

  // What a telephone read off the paper is an address, and behind its "#" perhaps a few signed words.
  async takeText(text) {
    if (!isStatement(text, this.trust.service)) {
      await this.take([new Blob([utf8(text)])]);
      return;
    }
    await this.conclude(this.begin(), this.statement(text));
  }

  statement(text) {
    return verifyStatement(text, { facts: this.facts, trust: this.trust });
  }

  async conclude(asked, answering) {
    const answer = await answering;
    if (asked !== this.asked) return;
    this.answer = answer;
    this.showAnswer();
    this.result.focus();
  }

  // Keep what belongs beside a certificate; gives the ids it is about, and null for anything else.
  keep(bytes) {
    let told = null;
    try {
      if (bytes.length < 2_000_000 && bytes[0] === 0x7b) told = read(bytes, { maxBytes: 2_000_000 });
    } catch {
      // No JSON that can be read: the engine says so, as it would of a certificate.
    }
    if (!isObject(told)) return null;
    if (told.format === EVIDENCE) {
      this.evidence.push(bytes);
      return [idInside(told)];
    }
    const isList = [told.type].flat().includes("BitstringStatusListCredential");
    const lists = isList ? [told] : told.format === LISTS && Array.isArray(told.lists) ? told.lists.slice(0, MAX_LISTS) : null;
    this.lists.push(...(lists ?? []));
    return lists && lists.map((each) => each?.id);
  }

  async ask(asked) {
    if (this.certificate === null) {
      this.result.replaceChildren(element("p", { class: "note" }, this.say("certificateToo")));
      return;
    }
    const beside = { evidence: this.evidence, lists: this.lists };
    await this.conclude(asked, this.verified(this.certificate, beside));
  }

  // A picture without a certificate in it may show a code, which is told; this page opens no address.
  async verified(bytes, beside) {
    const answer = await verify(bytes, { facts: this.facts, trust: this.trust, ...beside });
    const code = PERHAPS_PICTURES.includes(answer.reason) ? await codeIn(bytes) : null;
    if (code === null) return answer;
    return isStatement(code, this.trust.service) ? this.statement(code) : { ...answer, code: code.slice(0, MAX_CODE) };
  }

  showAnswer() {
    const words = verdictOf(this.answer, this.facts, this.language);
    this.result.replaceChildren(
      ...[this.again(), this.verdict(words), this.code()].filter((part) => part !== null),
      words.isGenuine ? element("p", {}, words.nextStep) : element("section", {}, element("h2", {}, this.say("next")), element("p", {}, words.nextStep), words.caution && element("p", {}, words.caution)),
      ...this.claims(),
      ...[this.freshness()].filter((part) => part !== null),
      ...this.endorsements(),
      this.checks(words),
      ...(this.answer.claims ? [words.promise, words.notAClearance].map((text) => element("p", {}, text)) : []),
      element("p", {}, element("button", { type: "button", onclick: () => window.print() }, this.say("print"))),
    );
  }

  verdict({ colour, heading, text, checkedAt }) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    shape.setAttribute("viewBox", "0 0 44 44");
    shape.setAttribute("aria-hidden", "true");
    const [edge, sign, stroke] = SHAPES[colour];
    for (const attributes of [{ d: edge, fill: "#fff", stroke }, { d: sign, fill: "none", stroke, "stroke-width": "4.5", "stroke-linecap": "round" }]) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      for (const [key, value] of Object.entries(attributes)) path.setAttribute(key, value);
      shape.append(path);
    }
    return element("section", { class: `verdict ${colour}`, "aria-labelledby": "verdict" }, shape, element("div", {}, element("h2", { id: "verdict" }, heading), element("p", {}, text), element("p", {}, checkedAt)));
  }

  claims() {
    const { claims } = this.answer;
    if (!claims) return [];
    const rows = [
      ["organisation", claims.issuer_name ?? claims.issuer_id],
      // A record of what somebody did was not awarded.
      [claims.awarded_on ? "award" : "what", claims.award_name ?? claims.achievement_name],
      ["name", claims.printed_name],
      ["awarded", claims.awarded_on && day(claims.awarded_on, this.language)],
      ["done", claims.narrative],
      ["skills", claims.skills.map(({ name, framework }) => (framework ? `${name} (${framework})` : name)).join("; ")],
    ].filter(([, value]) => value);
    return [element("h2", {}, this.say("says")), element("dl", {}, ...rows.flatMap(([key, value]) => [element("dt", {}, this.say(key)), element("dd", {}, value)]))];
  }

  // Evidence or a list that came by itself is about the certificate that was chosen before it, or about none here.
  again() {
    if (this.isNew === this.asked || !this.added.length) return null;
    const { credential_id: id, status_list: list } = this.answer;
    const known = [id, list, `${list}-suspension`];
    const isElsewhere = id !== null && !this.added.some((each) => known.includes(each));
    const name = this.name ?? this.say("thatText");
    return element("p", { class: "note" }, this.say(isElsewhere ? "addedElsewhere" : "again").replace("%(name)s", () => name));
  }

  code() {
    const { code } = this.answer;
    if (!code) return null;
    const isOurs = code.toLowerCase().startsWith(`${this.trust.service.toLowerCase()}/`);
    return element("section", { class: "note" }, element("p", {}, this.say(isOurs ? "codeOfOurs" : "codeOfOthers")), element("p", {}, code));
  }

  endorsements() {
    const found = this.answer.endorsements ?? [];
    if (!found.length) return [];
    const { headings, reasons } = this.facts.languages[this.language];
    const items = found.map(({ verdict, reason, endorser_id: id, endorser_name: name, comment }) => {
      const who = `${this.say(verdict === "GENUINE" ? "saidBy" : "claimsToBe")} ${name ?? id}`;
      const lines = [reason && reasons[reason], id && who, comment && `“${comment}”`].filter(Boolean).map((line) => element("p", {}, line));
      return element("li", {}, element("strong", {}, headings[verdict]), ...lines);
    });
    return [element("h2", {}, this.say("others")), element("p", {}, this.say("othersWhy")), element("ul", {}, ...items)];
  }

  // Where the newest list is, for whoever can still reach it: shown to be copied, since this page opens nothing.
  freshness() {
    const list = this.answer.status_list;
    if (!list || this.answer.reason !== "status_not_fresh") return null;
    return element("section", { class: "note" }, element("p", {}, this.say("newerList")), element("p", {}, `${list}-lists.json`));
  }

  checks({ checks }) {
    const items = checks.map(({ outcome, said, text, detail, meaning }) =>
      element("li", {}, element("details", outcome === "passed" ? {} : { open: "" }, element("summary", {}, element("span", { class: "said" }, said), ` ${text}`), detail && element("p", {}, detail), element("p", {}, meaning))),
    );
    return element("section", {}, element("h2", {}, this.say("how")), element("ol", {}, ...items));
  }

  trusted() {
    const { service, made, issuers, logs } = this.trust;
    const rows = [["service", service], ["since", made.slice(0, 10)], ["log", logs.map((key) => key.split("+")[0]).join(", ")]];
    const names = issuers.map(({ name, recognised }) => element("li", {}, `${name} – ${recognised ? `${this.facts.languages[this.language].channels[recognised.channel]}, ${recognised.confirmedOn}` : this.say("unconfirmed")}`));
    return element(
      "details",
      { id: "trusted" },
      element("summary", {}, this.say("trusts")),
      element("p", {}, this.say("trustsWhy")),
      element("dl", {}, ...rows.flatMap(([key, value]) => [element("dt", {}, this.say(key)), element("dd", {}, value)])),
      element("ul", {}, ...names),
    );
  }

  footer() {
    return element("footer", {}, element("p", {}, this.say("offline")));
  }
}
