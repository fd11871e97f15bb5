/** Starts the process that makes items of OTLP. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { ApiError } from "../api-error.ts";
import { datasetError } from "./mistakes.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import type { SentOtlp } from "./otlp-items.ts";
import { splitLines } from "./read-items/split-lines.ts";

/** What the process writes: items, and in the end that these were all; or what is wrong with the body. */
export type OtlpItemsLine =
  | { readonly item: EvaluationItem }
  | { readonly end: true }
  | { readonly wrong: { readonly line: number | null; readonly message: string } }
  /** Something that nobody foresaw: where. */
  | { readonly failed: string };

export interface OtlpItemsBounds {
  /** For reading it, and for whoever takes the items. */
  readonly withinMs: number;
  readonly heapMib: number;
}

/** The largest body takes some ten seconds of a busy machine; as values, and with the sessions of them, it is less than that. */
const usualBounds: OtlpItemsBounds = { withinMs: 60_000, heapMib: 1024 };

/** An item is bounded far below it (evaluation/item-metrics/bounded-item.ts). */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Several at once would take several times that memory. */
const enter = createOneAtATime();

/**
 * The items as they come, one body after the other. Throws an ApiError for what is no OTLP and for what takes more memory or time than
 * there is, and the reason of `ended` once that aborts.
 */
export async function* readOtlpItems(
  sent: SentOtlp,
  ended: AbortSignal,
  bounds: Partial<OtlpItemsBounds> = {},
): AsyncGenerator<EvaluationItem> {
  const leave = await enter(ended);
  try {
    yield* readInProcess(sent, ended, { ...usualBounds, ...bounds });
  } finally {
    leave();
  }
}

async function* readInProcess(
  { format, body, conversationKeys }: SentOtlp,
  ended: AbortSignal,
  { withinMs, heapMib }: OtlpItemsBounds,
): AsyncGenerator<EvaluationItem> {
  const script = fileURLToPath(new URL("./otlp-items-process.js", import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMib}`, script, format, JSON.stringify(conversationKeys ?? null)],
    { env, stdio: ["pipe", "pipe", "ignore"], timeout: withinMs, killSignal: "SIGKILL" },
  );
  const closed = once(child, "close");
  closed.catch(() => undefined); // whoever waits for it is told
  const kill = (): void => void child.kill("SIGKILL");
  ended.addEventListener("abort", kill, { once: true });
  child.stdin.on("error", () => undefined); // it ended before it had all: how it ended says why
  child.stdin.end(body);
  try {
    for await (const lines of splitLines(child.stdout, LONGEST_LINE)) {
      for (const said of lines.map(parseLine)) {
        if ("end" in said) return;
        yield itemOf(said);
      }
    }
    ended.throwIfAborted();
    await closed;
    throw child.signalCode === null ? new Error(`the process that reads OTLP ended with ${child.exitCode}`) : tooMuch();
  } finally {
    ended.removeEventListener("abort", kill);
    kill();
  }
}

function parseLine(line: { readonly text: string } | { readonly problem: string }): OtlpItemsLine {
  if ("problem" in line) throw new Error(`a line of the process that reads OTLP ${line.problem}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as otlp-items-process writes it
  return JSON.parse(line.text) as OtlpItemsLine;
}

function itemOf(said: Exclude<OtlpItemsLine, { readonly end: true }>): EvaluationItem {
  if ("item" in said) return said.item;
  if ("wrong" in said) throw datasetError([{ ...said.wrong, key: null }]);
  throw new Error("the process that reads OTLP failed", { cause: said.failed });
}

const tooMuch = () =>
  new ApiError(
    413,
    "dataset_too_large",
    "the spans take more memory or time than there is for them; send a part of them",
  );
