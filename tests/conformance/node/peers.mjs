// One process for a whole test run: a command as one line of JSON comes in, its answer as one line goes out.
//
// {"peer": "digitalbazaar", "command": "verify", "arguments": {…}, "files": {"https://…": "…"}, "now": "…"}
import readline from 'node:readline';

import { addressesAsked, serve } from './local_web.mjs';

// These packages write to the console when something is missing; answers alone belong on standard output.
console.log = console.error;

const peers = {
  digitalbazaar: await import('./digitalbazaar.mjs'),
  digitalcredentials: await import('./digitalcredentials.mjs'),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { peer, command, arguments: given, files, now } = JSON.parse(line);
  let answer;
  try {
    serve(files, now);
    answer = { answer: await peers[peer][command](given), asked: addressesAsked() };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
