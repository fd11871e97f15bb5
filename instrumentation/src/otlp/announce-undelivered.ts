import { announceOnce } from "../announce.ts";
import type { OtlpTarget } from "./target.ts";

/** Says, once in the life of the process, that the server does not take the spans. */
export function announceUndelivered({ url }: OtlpTarget, reason: string): void {
  announceOnce("undelivered", `spans are not being delivered to ${url} (${reason}). This is said once.`);
}
