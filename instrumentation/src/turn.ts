import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { toJson } from "./json.ts";
import { openSpan } from "./open-span.ts";
import { safely } from "./safely.ts";
import { currentScope, within } from "./scope.ts";
import { currentTracing, type Tracing } from "./tracing.ts";

/** A turn that was begun by `startTurn`. It ends once: what is called later does nothing. */
export interface Turn {
  /** Runs `fn`; everything recorded in it belongs to the turn. Inside `withSession` it does so anyway, until the turn ends. */
  readonly run: <T>(fn: () => T) => T;
  /** Ends the turn. `reply` is what the user got, where the recorded calls do not tell. */
  readonly end: (reply?: string) => void;
  /** Ends the turn as failed. */
  readonly fail: (error: unknown) => void;
}

const notRecorded: Turn = { run: (fn) => fn(), end: () => undefined, fail: () => undefined };

/**
 * Begins a turn, with an `invoke_agent` span around it: for programs in which the model's input does not show where turns
 * begin, or whose models are not recorded. `userMessage` is what the user said, where the recorded calls do not tell. Ends
 * the session's turn before.
 */
export function startTurn(userMessage?: string): Turn {
  const tracing = currentTracing();
  return (tracing && safely(() => openTurn(tracing, userMessage))) ?? notRecorded;
}

function openTurn(tracing: Tracing, userMessage: string | undefined): Turn {
  const { agentName, turnTrace } = currentScope();
  turnTrace?.close();
  turnTrace?.beginTurn();
  const open = openSpan(
    tracing,
    agentName === undefined ? "invoke_agent" : `invoke_agent ${agentName}`,
    SpanKind.INTERNAL,
    {
      [genAi.operationName]: "invoke_agent",
      ...messageAttribute(tracing, genAi.inputMessages, "user", userMessage),
    },
  );
  turnTrace?.open({ span: open.span, end: () => open.end() });
  const leave = (): void => {
    if (turnTrace?.openSpan() === open.span) turnTrace.close();
  };
  return {
    run: (fn) => within({ span: open.span }, fn),
    end(reply) {
      open.end(() => messageAttribute(tracing, genAi.outputMessages, "assistant", reply));
      leave();
    },
    fail(error) {
      open.fail(error);
      leave();
    },
  };
}

function messageAttribute(
  { captureContent }: Tracing,
  name: string,
  role: string,
  text: string | undefined,
): Attributes {
  const json =
    text === undefined || !captureContent ? undefined : toJson([{ role, parts: [{ type: "text", content: text }] }]);
  return json === undefined ? {} : { [name]: json };
}
