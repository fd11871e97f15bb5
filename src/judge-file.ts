/** Judges conversations offline, line by line: what `turnwise judge FILE.jsonl` does. */
import { z } from "zod";
import { toSessionDetail } from "./api/session-detail.ts";
import type { SessionDetail } from "./api/contract.ts";
import { submissionSchema, type Submission } from "./api/submission.ts";
import type { Judge } from "./component/judge.ts";
import { judgeBuilt, requireJudging, toSession } from "./judge-built.ts";
import { summariseScores } from "./model/score-summary.ts";
import { buildFromMessages } from "./session/build-from-messages.ts";
import { workInOrder, type InOrderOptions } from "./work-in-order.ts";

export interface JudgeFileOptions extends InOrderOptions {
  /** For every conversation, whatever its line says. */
  readonly evaluateSafety?: boolean;
}

/** What a submission to the API may hold, and an id; other members (labels of a data set) are ignored. */
const lineSchema = z.looseObject({
  ...submissionSchema.shape,
  id: z.union([z.string(), z.int()]).transform(String).optional(),
});
/** What of a line that is no conversation can still name it. */
const namedSchema = z.looseObject({ id: lineSchema.shape.id });
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
  requireJudging(judge);
  yield* workInOrder(
    lines,
    (line, number, signal) => (line.trim() === "" ? undefined : judgeLine(line, number, judge, options, signal)),
    options,
  );
}

async function judgeLine(
  line: string,
  number: number,
  judge: Judge,
  options: JudgeFileOptions,
  signal: AbortSignal,
): Promise<SessionDetail> {
  const place = `line ${number}`;
  const { id, conversation } = readLine(line, number);
  if (typeof conversation === "string") return failedLine(id, `${place}: ${conversation}`);
  const { messages, tools, instructions, evaluate_safety, metadata = {} } = conversation;
  const built = buildFromMessages({ messages, ...(tools !== undefined && { tools }), source: "messages" });
  const judging = {
    ...(instructions !== undefined && { instructions }),
    evaluateSafety: options.evaluateSafety ?? evaluate_safety ?? false,
  };
  return judgeBuilt(built, { id, judging, metadata }, judge, { place, signal });
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
  const id = namedSchema.safeParse(value).data?.id ?? withoutId;
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
  const session = toSession(nothingBuilt, { id, judging: { evaluateSafety: false }, metadata: {} });
  const summary = summariseScores(0, [], null);
  const failed = {
    session: { ...session, status: "failed", error },
    turnJudgements: new Map(),
    summary,
    judging: [],
  } as const;
  return toSessionDetail(failed);
}
