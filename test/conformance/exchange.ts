/** A request and its answer as the report shows them. */
interface Half {
  readonly head: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

export interface Exchange {
  readonly request: Half;
  readonly answer: Half;
}

const SHOWN_BYTES = 120;

/** Length and beginning: as text where it is text, else in hex. */
export function describeBody(body: Uint8Array): string {
  if (body.length === 0) return "empty";
  const start = Buffer.from(body.subarray(0, SHOWN_BYTES));
  const isText = start.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d);
  const shown = isText ? start.toString("utf8") : start.subarray(0, SHOWN_BYTES / 2).toString("hex");
  return `${body.length} bytes: ${shown}${body.length > SHOWN_BYTES ? "..." : ""}`;
}
