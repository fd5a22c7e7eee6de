// The page: files in, one verdict out. It keeps nothing, sends nothing, and could not: its own policy forbids it every
// connection. What stands in it as data (words, rules, term tables, trust anchors) comes from the service it is from.

import { Page } from "./page.js";
import { verify, verifyStatement } from "./verify.js";

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const facts = data("facts");
const trust = data("trust");

// For programs that drive this page, such as its own tests: the same answer as the page shows.
window.accreditVerify = (bytes, beside = {}) => verify(bytes, { facts, trust, ...beside });
window.accreditVerifyStatement = (address) => verifyStatement(address, { facts, trust });
new Page(document.getElementById("page"), facts, trust).show();
