/** What a save changes: worked out where the session was built, so that an unchanged turn is neither sent nor looked at. */
import type { SavedBefore } from "../../component/store.ts";
import type { BuiltSession, Turn } from "../../model/session.ts";
import { toBuiltJson } from "./built-json.ts";
import { hasError } from "./turn-rows.ts";

export interface SessionChange {
  /** Of the session without its turns; see BuiltJson. */
  readonly header: string;
  readonly details: string;
  readonly digest: string;
  readonly conversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
  readonly models: readonly string[];
  readonly hasError: boolean;
  readonly totalTurns: number;
  /** All that is stored is compared: these are all turns and links. Else those that differ from the last save. */
  readonly isWhole: boolean;
  readonly turns: readonly Turn[];
  readonly links: readonly bigint[];
  readonly goneLinks: readonly bigint[];
}

export function toSessionChange(
  built: BuiltSession,
  links: readonly bigint[],
  before: SavedBefore | undefined,
): SessionChange {
  const { digest, conversationId, userId, agentName, models, turns } = built;
  return {
    ...toBuiltJson(built),
    digest,
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(userId === undefined ? {} : { userId }),
    ...(agentName === undefined ? {} : { agentName }),
    models,
    hasError: turns.some(isFailed),
    totalTurns: turns.length,
    isWhole: before === undefined,
    turns: turns.filter((turn, at) => turn !== before?.built.turns[at]),
    ...changedLinks(links, before?.links ?? []),
  };
}

const failed = new WeakMap<Turn, boolean>();

function isFailed(turn: Turn): boolean {
  const known = failed.get(turn);
  if (known !== undefined) return known;
  const isFailing = hasError(turn);
  failed.set(turn, isFailing);
  return isFailing;
}

/** Lists that begin alike, as those of a session that grows do. */
function changedLinks(links: readonly bigint[], before: readonly bigint[]): Pick<SessionChange, "links" | "goneLinks"> {
  const differs = links.findIndex((link, at) => link !== before[at]);
  const same = differs < 0 ? Math.min(links.length, before.length) : differs;
  const own = new Set(links.slice(same));
  return { links: [...own], goneLinks: before.slice(same).filter((link) => !own.has(link)) };
}
