/** What the redaction of Valiqor's trace demo looks for, for those who come from there; rougher than `pii` and `secrets`. */
import { findEmails } from "./find-personal-data.ts";
import { passwordForm } from "./find-secrets.ts";
import { type Finder, matchesOf } from "./masked-ranges.ts";

const forms: readonly RegExp[] = [
  /(?:sk-|api[_-]?key|bearer\s{1,10})[\w-]{20,}/gi,
  /(?:token|jwt|auth)["']?\s{0,10}[:=]\s{0,10}["']?[\w.-]{20,}/gi,
  passwordForm,
  // US social security.
  /(?<!\w)\d{3}-\d{2}-\d{4}(?!\w)/g,
  // A card, whatever its check digit.
  /(?<!\w)\d{4}[\s-]?\d{4}[\s-]?\d{4}[\s-]?\d{4}(?!\w)/g,
  // A phone, and with it any number of 10 digits.
  /(?<!\w)(?:\+\d{1,3}[\s-]?)?(?:\(\d{3}\)|\d{3})[\s-]?\d{3}[\s-]?\d{4}(?!\w)/g,
];

export const valiqorFinders: readonly Finder[] = [...forms.map(matchesOf), findEmails];
