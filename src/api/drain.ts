import type { IncomingMessage } from "node:http";

/** Whoever was refused may finish sending for so long, so that the answer arrives. */
const drainMs = 5_000;

/** Of whoever is answered before the request was read. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), drainMs);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
}
