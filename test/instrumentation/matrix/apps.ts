/** The programs of the matrix: what each imports, and where it differs from the others for a reason of its library. */
import type { ScenarioName, TrueTurn } from "./scenarios.ts";

export interface App {
  /** A file of apps/, without its ending. */
  readonly name: string;
  /** What the program is given: the modules it uses, by the names it uses for them. */
  readonly modules: Readonly<Record<string, string>>;
  /** Scenarios whose outcome the library itself makes different, with the reason. */
  readonly differences?: Partial<Record<ScenarioName, Difference>>;
}

export interface Difference {
  readonly because: string;
  readonly truth?: readonly TrueTurn[];
  readonly modelCalls?: number;
}

export const apps: readonly App[] = [
  { name: "openai-chat", modules: { openai: "openai" } },
  { name: "openai-responses", modules: { openai: "openai" } },
  { name: "anthropic-messages", modules: { anthropic: "@anthropic-ai/sdk" } },
  { name: "anthropic-runner", modules: { anthropic: "@anthropic-ai/sdk" } },
];
