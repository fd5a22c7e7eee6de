// Dates and times as XML Schema's dateTimeStamp, to the rules of VCDM 2.0 §4.9 (accredit/kit/vc/timestamps.py), as
// whole microseconds since 1970. Leap seconds, 24:00 and days that do not exist are refused, so that nothing is
// silently "not expired".

import { Refused } from "./refused.js";

const STAMP =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?$/;
const FIRST = -62135596800000n * 1000n;
const LAST = 253402300800000n * 1000n;
export const SECOND = 1_000_000n;
export const SKEW = 60n * SECOND;
export const DAY = 86_400n * SECOND;

export function parse(written, { needsOffset = true } = {}) {
  const match = typeof written === "string" ? STAMP.exec(written) : null;
  if (match === null || (needsOffset && match[8] === undefined)) throw new Refused("timestamp", "timestamp");
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second);
  const isSame =
    moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day &&
    moment.getUTCHours() === hour && moment.getUTCMinutes() === minute && moment.getUTCSeconds() === second;
  if (!isSame || year < 1) throw new Refused("timestamp", "timestamp");
  const fraction = BigInt((match[7] ?? "0").slice(0, 6).padEnd(6, "0"));
  const found = BigInt(moment.getTime()) * 1000n + fraction - offset(match[8]);
  if (found < FIRST || found >= LAST) throw new Refused("timestamp", "timestamp");
  return found;
}

function offset(zone) {
  if (zone === undefined || zone === "Z") return 0n;
  const minutes = BigInt(zone.slice(1, 3)) * 60n + BigInt(zone.slice(4, 6));
  return (zone.startsWith("-") ? -minutes : minutes) * 60n * SECOND;
}

export const now = () => BigInt(Date.now()) * 1000n;
export const fromSeconds = (seconds) => BigInt(Math.round(seconds * 1e6));
export const toText = (moment) => new Date(Number(moment / 1000n)).toISOString().replace(/\.\d{3}Z$/, "Z");
