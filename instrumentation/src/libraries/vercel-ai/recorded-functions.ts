import { type Fields, fieldsOf, isFields, member, textOf } from "../../json.ts";
import { safely } from "../../safely.ts";
import { within } from "../../scope.ts";
import { currentTracing } from "../../tracing.ts";
import { withCallSettings } from "./call-settings.ts";
import { inPlaceOf } from "../in-place-of.ts";
import { type Callable, isCallable } from "./callable.ts";
import { patchModel } from "./patch-model.ts";
import { withRecordedTools } from "./record-tools.ts";
import { turnScope } from "./turn-scope.ts";

const names = ["generateText", "streamText", "generateObject", "streamObject"];

/** The SDK's functions before version 7 (which has a tracing channel), recorded: whatever their model and their tools. */
export function recordedFunctions(moduleExports: unknown): Fields {
  if (member(moduleExports, "registerTelemetry") !== undefined) return {};
  const tellsOfTools = member(moduleExports, "registerTelemetryIntegration") !== undefined;
  const functions = names.flatMap((name) => {
    const call = member(moduleExports, name);
    return isCallable(call) ? [[name, recorded(call, tellsOfTools)] as const] : [];
  });
  return Object.fromEntries(functions);
}

function recorded(call: Callable, tellsOfTools: boolean): Callable {
  const value: Callable = function (this: unknown, options, ...rest) {
    if (currentTracing() === undefined || !isFields(options)) return call.call(this, options, ...rest);
    const telemetry = fieldsOf(options["telemetry"] ?? options["experimental_telemetry"]);
    const scope = safely(() => turnScope(textOf(telemetry["functionId"]))) ?? {};
    safely(() => patchModel(options["model"]));
    const tools = tellsOfTools ? undefined : safely(() => recordedTools(options));
    const given = tools === undefined ? options : { ...options, tools };
    return withCallSettings(telemetry, () => within(scope, () => call.call(this, given, ...rest)));
  };
  return inPlaceOf(call, value);
}

const recordedTools = ({ tools }: Fields): Fields | undefined =>
  isFields(tools) ? withRecordedTools(tools) : undefined;
