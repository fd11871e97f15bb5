/** Reads an event stream over a real socket, as slowly as the test wants. */
import { type IncomingMessage, request } from "node:http";
import { z } from "zod";
import type { ScoreSummaryDetail, TurnJudgementDetail } from "../../src/api/contract.ts";
import type { ValueHeadJudgements } from "../../src/api/valuehead-contract.ts";

/** What tests look for by name in whatever is sent; nothing of it is certain. */
type EventData = Partial<{
  session_id: string;
  turn: number;
  total_turns: number;
  summary: ScoreSummaryDetail;
  judgement: TurnJudgementDetail;
  judgements: ValueHeadJudgements;
}>;
const anyData = z.custom<EventData>();

export interface ServerEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: EventData;
}

export interface EventReader {
  readonly response: IncomingMessage;
  /** Everything received, as it came. */
  readonly text: () => string;
  /** The next event that was not yet taken; fails when the stream ends before. */
  next(): Promise<ServerEvent>;
  /** All further events up to the end of the stream. */
  rest(): Promise<ServerEvent[]>;
  close(): void;
}

/** Parses as ValueHead's client does: one `event:` and one `data:` line a frame, lines as Python splits them. */
function toEvent(frame: string): ServerEvent {
  const match = /^(?:id: ([\w-]+)\n)?event: ([a-z-]+)\ndata: ([^\n\r\u0085\u2028\u2029]+)$/.exec(frame);
  if (match === null) throw new Error(`not a frame: ${JSON.stringify(frame)}`);
  const [, id, event, data] = match;
  return { ...(id === undefined ? {} : { id }), event: event!, data: anyData.parse(JSON.parse(data!)) };
}

export async function readEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
  const call = request(url, { headers });
  call.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once("response", resolve).once("error", reject);
  });
  let text = "";
  let taken = 0;
  const ended = new AbortController();
  let wake = (): void => undefined;
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    wake();
  });
  const end = () => {
    ended.abort();
    wake();
  };
  response.on("close", end).on("error", end);
  const frames = () =>
    text
      .split("\n\n")
      .slice(0, -1)
      .filter((frame) => !frame.startsWith(":"));
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return {
    response,
    text: () => text,
    async next() {
      while (frames().length <= taken) {
        if (ended.signal.aborted) throw new Error("the stream ended");
        await changed();
      }
      return toEvent(frames()[taken++]!);
    },
    async rest() {
      while (!ended.signal.aborted) await changed();
      return frames().slice(taken).map(toEvent);
    },
    close: () => call.destroy(),
  };
}
