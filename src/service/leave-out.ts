/** Whether a judge is to judge a session that nobody asked it to judge. Pure. */
import { createHash } from "node:crypto";
import type { JudgeSelection } from "../component/judge-selection.ts";
import type { Claim } from "../component/store.ts";
import type { BuiltSession } from "../model/session.ts";

/** Why the session is left out. */
export interface LeftOut {
  readonly code: "sampled_out" | "filtered_out";
  readonly reason: string;
}

export interface Candidate {
  readonly claim: Pick<Claim, "id" | "source" | "metadata">;
  readonly session: Pick<BuiltSession, "agentName" | "turns">;
  /** Whether that judge gave any turn, or the session as a whole, -1. */
  readonly isFlaggedBy: (judge: string) => boolean;
}

/** Undefined: it is to be judged. */
export function leaveOut({ sample, when }: JudgeSelection, candidate: Candidate): LeftOut | undefined {
  const reason = filteredOut(when, candidate);
  if (reason !== undefined) return { code: "filtered_out", reason };
  if (shareOf(candidate.claim.id) < sample) return undefined;
  return { code: "sampled_out", reason: `it is not among the ${percent(sample)} of sessions that are wanted` };
}

/** In [0, 1), evenly spread, and always the same for a session: a larger sample holds every smaller one. */
export function shareOf(sessionId: string): number {
  return createHash("sha256").update(`sample ${sessionId}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

function filteredOut(when: JudgeSelection["when"], { claim, session, isFlaggedBy }: Candidate): string | undefined {
  const { agent_name: agents, source, metadata = {}, min_turns: least = 0, flagged_by: flagger } = when;
  if (agents !== undefined && !agents.includes(session.agentName ?? ""))
    return "its agent is none of those that are wanted";
  if (source !== undefined && !source.includes(claim.source)) return `it came as ${claim.source}`;
  const other = Object.keys(metadata).find((key) => valueAt(claim.metadata, key) !== metadata[key]);
  if (other !== undefined) return `its metadata does not have the wanted value of ${JSON.stringify(other)}`;
  if (session.turns.length < least) return `it has fewer than ${least} turns`;
  if (flagger !== undefined && !isFlaggedBy(flagger)) return `the judge ${flagger} flagged nothing in it`;
  return undefined;
}

/** As text; undefined for what is not there, or is no simple value. */
function valueAt(metadata: Claim["metadata"] = {}, key: string): string | undefined {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return typeof value === "object" || value === undefined ? undefined : String(value);
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
