import type { SessionDetail, Turnwise } from "@turnwise/client";
import { toPrintableJson } from "./printable.ts";
import type { Output } from "./terminal.ts";

export interface PrintOptions {
  readonly json?: true | undefined;
  readonly out: Output;
}

/** A session of the server that `client` talks to, with how far its judges are to be trusted; or as the API answers it. */
export async function printSession(
  session: SessionDetail,
  client: Turnwise,
  { json, out }: PrintOptions,
): Promise<void> {
  if (json) return out.write(`${toPrintableJson(session, 2)}\n`);
  const [{ renderSession }, { judges }] = await Promise.all([import("./render-session.ts"), client.server.judges()]);
  return out.write(renderSession(session, out, judges));
}
