import { SpanKind } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, numberOf, textOf } from "../../json.ts";
import { openSpan } from "../../open-span.ts";
import { safely } from "../../safely.ts";
import { currentScope, within } from "../../scope.ts";
import { withSession } from "../../with-session.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { type IteratorObserver, observeIterator } from "../observe-iterator.ts";
import { ownerOf, replaceMethod } from "../patch-method.ts";
import { isControlFlow } from "./control-flow.ts";

/**
 * Observes `Pregel._streamIterator`, which the runs of every graph and functional entrypoint go through, `invoke` and
 * `stream`; given a graph, whose class inherits it. Safe to call again.
 */
export function patchGraph(graph: object): void {
  replaceMethod(
    ownerOf(graph, "_streamIterator"),
    "_streamIterator",
    (original) =>
      function (this: unknown, ...args) {
        const generator = original.apply(this, args);
        const tracing = currentTracing();
        const run = tracing && safely(() => beginRun(tracing, fieldsOf(this), fieldsOf(args[1])));
        if (run !== undefined && !observeIterator(generator, run)) run.end();
        return generator;
      },
  );
}

/**
 * Begins a run: an `invoke_agent` span around its steps. A graph's thread is the session, unless the application named
 * one. A graph without a name inside of something recorded is a part of that.
 */
function beginRun(tracing: Tracing, graph: Fields, config: Fields): IteratorObserver | undefined {
  const { conversationId, span: parent } = currentScope();
  const agentName = textOf(graph["name"]);
  if (parent !== undefined && agentName === undefined) return undefined;
  const thread = conversationId === undefined ? threadOf(graph, config) : undefined;
  const inSession = <T>(fn: () => T): T => (thread === undefined ? fn() : withSession(thread, fn));
  const { open, scope } = inSession(() =>
    within(agentName === undefined ? {} : { agentName }, () => {
      if (parent === undefined) currentScope().turnTrace?.beginTurn();
      const opened = openSpan(tracing, `invoke_agent ${agentName ?? "LangGraph"}`, SpanKind.INTERNAL, {
        [genAi.operationName]: "invoke_agent",
      });
      return { open: opened, scope: { ...currentScope(), span: opened.span } };
    }),
  );
  return {
    run: (fn) => within(scope, fn),
    value: () => undefined,
    end: open.end,
    stop: open.end,
    fail: (error) => (isControlFlow(error) ? open.end() : open.fail(error)),
  };
}

/** `thread_id` of the run's config, or of the config that the graph was given for all its runs. */
function threadOf(graph: Fields, config: Fields): string | undefined {
  const ids = [config, fieldsOf(graph["config"])].map((given) => fieldsOf(given["configurable"])["thread_id"]);
  const id = ids.find((value) => value !== undefined);
  return textOf(id) ?? numberOf(id)?.toString();
}
