import { fieldsOf, isFields, listOf, textOf } from "../../json.ts";
import { safely } from "../../safely.ts";
import { ownerOf, replaceMethod } from "../patch-method.ts";
import { runCallableTool } from "./run-callable-tool.ts";

/** What each `CallableTool` has declared, as the library has learned it. */
const declared = new WeakMap<object, ReadonlySet<string>>();

/**
 * Records the runs of the tools that the library calls by itself. It asks them all for their declarations first, in this
 * method of `Models`, to put these into the request.
 */
export function recordCallableTools(models: unknown): void {
  // The first is its name in older versions.
  for (const name of ["processParamsForMcpUsage", "processParamsMaybeAddMcpUsage"]) {
    replaceMethod(
      models,
      name,
      (original) =>
        function (this: unknown, ...args) {
          const asked = original.apply(this, args);
          safely(() => recordTools(toolsIn(args[0]), asked));
          return asked;
        },
    );
  }
}

const toolsIn = (params: unknown): readonly unknown[] => [...listOf(fieldsOf(fieldsOf(params)["config"])["tools"])];

function recordTools(tools: readonly unknown[], asked: unknown): void {
  const callable = tools.filter(isOwnCallable);
  if (callable.length === 0 || !(asked instanceof Promise)) return;
  for (const tool of callable) {
    replaceMethod(
      ownerOf(tool, "callTool"),
      "callTool",
      (original) =>
        function (this: unknown, ...args) {
          const names = isFields(this) ? declared.get(this) : undefined;
          return runCallableTool(names ?? new Set(), args[0], () => original.apply(this, args));
        },
    );
  }
  asked.then(
    (params) => safely(() => learnNames(tools, toolsIn(params))),
    () => undefined,
  );
}

/** Not those of `mcpToTool`: their runs are their MCP client's, and recorded there. */
function isOwnCallable(tool: unknown): boolean {
  const { callTool, mcpClients } = fieldsOf(tool);
  return typeof callTool === "function" && mcpClients === undefined;
}

/** The library has put each tool's declarations in the tool's place. */
function learnNames(tools: readonly unknown[], declarations: readonly unknown[]): void {
  for (const [at, tool] of tools.entries()) {
    if (!isFields(tool) || !isOwnCallable(tool)) continue;
    const functions = listOf(fieldsOf(declarations[at])["functionDeclarations"]);
    declared.set(tool, new Set(functions.flatMap((declaration) => textOf(fieldsOf(declaration)["name"]) ?? [])));
  }
}
