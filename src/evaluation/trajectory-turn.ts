import type { Turn } from "../model/session.ts";

/** What validators and metrics read of a turn. Every turn of a session is one. */
export type TrajectoryTurn = Pick<Turn, "turn" | "userContent" | "assistantContent" | "steps">;
