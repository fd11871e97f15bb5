/** Judges conversations offline, line by line: what `turnwise judge FILE.jsonl` does. */
import { z } from "zod";
import { toSessionDetail } from "./api/session-detail.ts";
import type { SessionDetail } from "./api/contract.ts";
import { submissionSchema, type Submission } from "./api/submission.ts";
import type { Judge } from "./component/judge.ts";
import { summariseScores } from "./model/score-summary.ts";
import { JudgeError, StartError } from "./model/errors.ts";
import type { TrajectoryJudgement, TurnJudgement } from "./model/judgement.ts";
import type { BuiltSession, Session } from "./model/session.ts";
import { buildFromMessages } from "./session/build-from-messages.ts";

export interface JudgeFileOptions {
  /** Conversations that are judged at the same time. */
  readonly concurrency?: number;
  /** For every conversation, whatever its line says. */
  readonly evaluateSafety?: boolean;
  readonly signal?: AbortSignal;
}

/** What a submission to the API may hold, and an id; other members (labels of a data set) are ignored. */
const lineSchema = z.looseObject({
  ...submissionSchema.shape,
  id: z.union([z.string(), z.int()]).transform(String).optional(),
});
type Conversation = Submission & { readonly id?: string | undefined };

/**
 * One session detail for each line that is not blank, in the lines' order. A line that is no conversation, and one whose
 * judging failed, come out with `status: "failed"` and an `error` that names the line. Throws StartError when the judge
 * does not judge at all, and JudgeError when it would fail for every further conversation in the same way.
 */
export async function* judgeConversations(
  lines: AsyncIterable<string>,
  judge: Judge,
  options: JudgeFileOptions = {},
): AsyncGenerator<SessionDetail> {
  if (judge.off !== undefined) {
    throw new StartError(
      "judge_off",
      `The judge "${judge.identity.name}" is off: ${judge.off}`,
      "Or use another one: --judge rules",
    );
  }
  const { concurrency = 4, signal } = options;
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const inHand: Promise<SessionDetail>[] = [];
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() === "") continue;
      if (inHand.length >= Math.max(1, concurrency)) yield* takeFirst(inHand);
      const judging = judgeLine(line, number, judge, options, stopped);
      // Awaited in its turn; until then a rejection must not count as unhandled.
      judging.catch(() => undefined);
      inHand.push(judging);
    }
    while (inHand.length > 0) yield* takeFirst(inHand);
  } finally {
    stop.abort();
  }
}

async function* takeFirst(inHand: Promise<SessionDetail>[]): AsyncGenerator<SessionDetail> {
  const first = inHand.shift();
  if (first !== undefined) yield await first;
}

async function judgeLine(
  line: string,
  number: number,
  judge: Judge,
  options: JudgeFileOptions,
  signal: AbortSignal,
): Promise<SessionDetail> {
  const read = readLine(line, number);
  if (typeof read.conversation === "string") return failedLine(read.id, `line ${number}: ${read.conversation}`);
  const { messages, tools, instructions, evaluate_safety, metadata = {} } = read.conversation;
  const built = buildFromMessages({ messages, ...(tools !== undefined && { tools }), source: "messages" });
  const judging = {
    ...(instructions !== undefined && { instructions }),
    evaluateSafety: options.evaluateSafety ?? evaluate_safety ?? false,
  };
  const session = toSession(built, read.id, { judging, metadata });
  const { turns, trajectory, error } = await judgeSession(session, judge, signal);
  const scores = turns.map(({ score }) => score);
  return toSessionDetail({
    session: error === undefined ? session : { ...session, status: "failed", error: `line ${number}: ${error}` },
    turnJudgements: new Map(turns.map((judgement) => [judgement.turn, judgement])),
    ...(trajectory !== undefined && { trajectory }),
    summary: summariseScores(built.turns.length, scores, trajectory?.score ?? null),
  });
}

/** The conversation, or what is wrong with the line. */
function readLine(line: string, number: number): { id: string; conversation: Conversation | string } {
  const withoutId = `line-${number}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { id: withoutId, conversation: `not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  const id = z.looseObject({ id: lineSchema.shape.id }).safeParse(value).data?.id ?? withoutId;
  const parsed = lineSchema.safeParse(value);
  return { id, conversation: parsed.success ? parsed.data : problemOf(parsed.error) };
}

/** The first problem, with its place: `messages[2].role: …`. */
function problemOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const place = z.core.toDotPath(issue?.path ?? []);
  return `${place === "" ? "" : `${place}: `}${issue?.message ?? "not a conversation"}`;
}

const nothingBuilt = buildFromMessages({ messages: [], source: "messages" });

function failedLine(id: string, error: string): SessionDetail {
  const session = toSession(nothingBuilt, id, { judging: { evaluateSafety: false }, metadata: {} });
  const summary = summariseScores(0, [], null);
  return toSessionDetail({ session: { ...session, status: "failed", error }, turnJudgements: new Map(), summary });
}

function toSession(built: BuiltSession, id: string, asked: Pick<Session, "judging" | "metadata">): Session {
  const now = new Date();
  return { ...built, ...asked, id, status: "completed", revision: 1, createdAt: now, lastActivityAt: now };
}

interface Judged {
  readonly turns: readonly TurnJudgement[];
  readonly trajectory?: TrajectoryJudgement;
  readonly error?: string;
}

/** Turn by turn, then the trajectory. What could be judged is kept when something else could not. */
async function judgeSession(session: Session, judge: Judge, signal: AbortSignal): Promise<Judged> {
  const { judging } = session;
  const turns: TurnJudgement[] = [];
  const errors: string[] = [];
  for (const turn of session.turns) {
    const judged = await attempt(async () => judge.judgeTurn({ session, judging, turn, earlier: [...turns] }, signal));
    if (typeof judged === "string") errors.push(`turn ${turn.turn}: ${judged}`);
    else turns.push(judged);
  }
  if (session.turns.length === 0) return { turns };
  const trajectory = await attempt(async () => judge.judgeTrajectory({ session, judging, turns }, signal));
  if (typeof trajectory === "string") errors.push(`trajectory: ${trajectory}`);
  return {
    turns,
    ...(typeof trajectory !== "string" && { trajectory }),
    ...(errors.length > 0 && { error: errors.join("; ").slice(0, 1_000) }),
  };
}

/** The judgement, or why there is none. Rethrows what would happen to every conversation, and what is no judge's error. */
async function attempt<Judgement>(judge: () => Promise<Judgement>): Promise<Judgement | string> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof JudgeError && !error.pausesJudge) return error.message;
    throw error;
  }
}
