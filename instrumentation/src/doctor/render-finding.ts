import type { Finding } from "./finding.ts";

/** Two lines at most: what was found, and what to do about it. */
export function renderFinding({ name, ok, detail, remedy }: Finding): string {
  const found = `${ok ? "ok    " : "FAILED"} ${name.padEnd(30)} ${printable(detail)}\n`;
  return remedy === undefined ? found : `${found}       ${printable(remedy)}\n`;
}

/** Errors of others are shown, too: as one line and without escape sequences. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const printable = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
