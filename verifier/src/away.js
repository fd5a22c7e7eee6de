// For the page where certificates are checked, while its service cannot be reached: what a scanned certificate says by
// itself. Loaded with the camera, beside the single file, whose words, rules and trust anchors it works with. It answers
// only of statements in the address of a QR code, and never green.

import { isStatement } from "./statement.js";
import { verdictOf } from "./verdict_words.js";
import { verifyStatement } from "./verify.js";

const LOOKS = { amber: "careful", red: "not-genuine", grey: "ended" };
// As templates/components/verdict.html draws them.
const SHAPES = {
  careful: ["M18.5 5.5a4 4 0 0 1 7 0l15 27a4 4 0 0 1-3.5 6H7a4 4 0 0 1-3.5-6z", "M22 15v10M22 32v.1", "#9A5B00"],
  "not-genuine": ["M14 3h16l11 11v16L30 41H14L3 30V14z", "M15 15l14 14M29 15L15 29", "#B42318"],
  ended: ["M22 3a19 19 0 1 0 0 38a19 19 0 1 0 0-38z", "M14 22h16", "#4B5563"],
};

// Fetches the single file while there is a service, and gives what is needed of it.
export async function prepare(singleFile) {
  const answer = await fetch(singleFile);
  if (!answer.ok) throw new TypeError("there is no single file");
  const kept = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [facts, trust] = ["facts", "trust"].map((id) => JSON.parse(kept.getElementById(id).textContent));
  return { facts, trust };
}

// Gives an element with the answer, or null for an address that holds no statement.
export async function answerOf(address, { facts, trust }) {
  if (!isStatement(address, trust.service)) return null;
  const language = document.documentElement.lang in facts.languages ? document.documentElement.lang : "en";
  const answer = await verifyStatement(address, { facts, trust });
  const words = verdictOf(answer, facts, language);
  const { ui } = facts.languages[language];
  const next = element("section", { class: "next" }, element("h3", {}, ui.next), element("p", {}, words.nextStep), ...(words.caution ? [element("p", {}, words.caution)] : []));
  return element("div", { tabindex: "-1" }, verdict(words), next, ...claims(answer, ui), checks(words, ui), element("p", { class: "muted" }, words.promise), element("p", { class: "muted" }, words.notAClearance));
}

// Every text goes in as text, never as markup.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function verdict({ colour, heading, text, checkedAt }) {
  const look = LOOKS[colour] ?? "careful";
  const said = element("div", {}, element("h2", { class: "verdict__word", id: "verdict" }, heading), element("p", {}, text), element("p", {}, checkedAt));
  return element("section", { class: `verdict verdict--${look}`, "aria-labelledby": "verdict" }, element("div", { class: "verdict__row" }, shape(look), said));
}

function shape(look) {
  const [ground, sign, colour] = SHAPES[look];
  const drawn = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const picture = drawn("svg", { class: "verdict__shape", viewBox: "0 0 44 44", "aria-hidden": "true", focusable: "false" });
  picture.append(drawn("path", { d: ground, fill: "#fff" }), drawn("path", { d: sign, fill: "none", stroke: colour, "stroke-width": "4.5", "stroke-linecap": "round" }));
  return picture;
}

function claims({ claims: said }, ui) {
  if (!said) return [];
  const rows = [[ui.organisation, said.issuer_name], [ui.award, said.award_name], [ui.name, said.printed_name], [ui.awarded, said.awarded_on], [ui.done, said.narrative]];
  const facts = rows.map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, element("bdi", {}, value))));
  return [element("h3", {}, ui.says), element("dl", { class: "facts" }, ...facts)];
}

function checks({ checks: made }, ui) {
  const items = made.map(({ outcome, said, text, detail }) => element("li", { class: `checks--${outcome}` }, element("span", {}, `${said} ${text}`, ...(detail ? [element("small", {}, ` ${detail}`)] : []))));
  return element("details", { class: "fold" }, element("summary", {}, ui.how), element("ol", { class: "checks" }, ...items));
}
