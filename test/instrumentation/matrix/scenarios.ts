/**
 * What an agent goes through in one conversation, in no provider's words: what the user says, what the model answers to
 * each request, and what a server that saw it must know afterwards.
 */

/** A model's answer to one request. `error` is an HTTP status instead of an answer; `hang` stops a stream half way. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly arguments: object }[];
  readonly error?: 429 | 500;
  readonly hang?: true;
}

export interface Turn {
  readonly user: string;
  /** Consumed request by request; the last one goes on being the answer (a client may ask again after an error). */
  readonly answers: readonly Answer[];
}

/** A turn as the server must know it; tools as `[name, arguments, result or error]`. */
export interface TrueTurn {
  readonly user: string;
  readonly reply?: string;
  readonly tools: readonly (readonly [name: string, toolArguments: object, outcome: unknown])[];
  readonly failed?: true;
  readonly aborted?: true;
}

export interface Scenario {
  readonly streamed: boolean;
  /** The program stops reading after the first text. */
  readonly aborts?: true;
  readonly turns: readonly Turn[];
  readonly truth: readonly TrueTurn[];
  /** Spans of model calls: one for each call that the program makes, however often the client asks for it. */
  readonly modelCalls: number;
}

/** What the program's only tool does: it knows every city but Atlantis. */
export const weather = { sunny: { city: "Faro", sky: "sunny" }, failure: "no station in Atlantis" } as const;

const faro = { id: "call_faro", name: "get_weather", arguments: { city: "Faro" } };
const lagos = { id: "call_lagos", name: "get_weather", arguments: { city: "Lagos" } };
const atlantis = { id: "call_atlantis", name: "get_weather", arguments: { city: "Atlantis" } };
const hello = { user: "Hello?", answers: [{ text: "Hello, how can I help?" }] };
const greeted = { user: "Hello?", reply: "Hello, how can I help?", tools: [] };

export const scenarios = {
  plain: {
    streamed: false,
    turns: [hello, { user: "Thanks, bye.", answers: [{ text: "Goodbye." }] }],
    truth: [greeted, { user: "Thanks, bye.", reply: "Goodbye.", tools: [] }],
    modelCalls: 2,
  },
  stream: {
    streamed: true,
    turns: [hello, { user: "Thanks, bye.", answers: [{ text: "Goodbye, then." }] }],
    truth: [greeted, { user: "Thanks, bye.", reply: "Goodbye, then.", tools: [] }],
    modelCalls: 2,
  },
  tools: {
    streamed: false,
    turns: [
      {
        user: "Is it sunny in Faro and in Lagos?",
        answers: [{ text: "Let me look.", calls: [faro, lagos] }, { text: "Sunny in both." }],
      },
      hello,
    ],
    truth: [
      {
        user: "Is it sunny in Faro and in Lagos?",
        reply: "Sunny in both.",
        tools: [
          ["get_weather", { city: "Faro" }, { city: "Faro", sky: "sunny" }],
          ["get_weather", { city: "Lagos" }, { city: "Lagos", sky: "sunny" }],
        ],
      },
      greeted,
    ],
    modelCalls: 3,
  },
  "streamed tools": {
    streamed: true,
    turns: [{ user: "Is it sunny in Faro?", answers: [{ calls: [faro] }, { text: "It is sunny." }] }],
    truth: [
      {
        user: "Is it sunny in Faro?",
        reply: "It is sunny.",
        tools: [["get_weather", { city: "Faro" }, { city: "Faro", sky: "sunny" }]],
      },
    ],
    modelCalls: 2,
  },
  "failing tool": {
    streamed: false,
    turns: [{ user: "And in Atlantis?", answers: [{ calls: [atlantis] }, { text: "I could not find out." }] }],
    truth: [
      {
        user: "And in Atlantis?",
        reply: "I could not find out.",
        tools: [["get_weather", { city: "Atlantis" }, weather.failure]],
      },
    ],
    modelCalls: 2,
  },
  "http 500": {
    streamed: false,
    turns: [{ user: "Hello?", answers: [{ error: 500 }] }],
    truth: [{ user: "Hello?", tools: [], failed: true }],
    modelCalls: 1,
  },
  "http 429, then ok": {
    streamed: false,
    turns: [{ user: "Hello?", answers: [{ error: 429 }, { text: "Hello, how can I help?" }] }],
    truth: [greeted],
    modelCalls: 1,
  },
  // The last one: what libraries still do when nobody waits for it is not among what the next one prints.
  abort: {
    streamed: true,
    aborts: true,
    turns: [{ user: "Tell me everything.", answers: [{ text: "Once upon a time there was a tent.", hang: true }] }],
    truth: [{ user: "Tell me everything.", tools: [], aborted: true }],
    modelCalls: 1,
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the record
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];
