import { isFields, member } from "../../json.ts";
import { safely } from "../../safely.ts";
import { replaceMethod } from "../patch-method.ts";
import { patchGraph } from "./patch-graph.ts";

/**
 * Finds the class of LangGraph's graphs when the first of them runs, through what it inherits from `Runnable`. To load
 * LangGraph would change the process of an application that has not: it gives all of LangChain a context. Returns whether
 * it is patched now.
 */
export function patchRunnable(runnable: unknown): boolean {
  const prototype = member(runnable, "prototype");
  return ["stream", "transform"].every((name) =>
    replaceMethod(
      prototype,
      name,
      (original) =>
        function (this: unknown, ...args) {
          if (isFields(this) && this["lg_is_pregel"] === true) safely(() => patchGraph(this));
          return original.apply(this, args);
        },
    ),
  );
}
