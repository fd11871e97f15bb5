import { type InstrumentOptions, isDisabled } from "../options.ts";
import type { Patch } from "../libraries/patch-modules.ts";
import { type OtlpTarget, otlpTarget } from "../otlp/target.ts";
import { version } from "../version.ts";
import { createTestSpan } from "./create-test-span.ts";
import { examineDelivery } from "./examine-delivery.ts";
import { examineLibraries } from "./examine-libraries.ts";
import { examineSession } from "./examine-session.ts";
import type { Finding } from "./finding.ts";
import type { Environment } from "../environment.ts";

/**
 * The answer to "no spans appear": whether the environment lets us record, which libraries are recorded, whether a span
 * reaches the server, and whether the server knows its session. Each finding as it comes; after one without which the
 * next make no sense, no more. Never throws.
 */
export async function* examine(
  patches: readonly Patch[],
  options: InstrumentOptions,
  env: Environment,
): AsyncGenerator<Finding> {
  const target = targetOf(options, env);
  const environment = examineEnvironment(target, env);
  yield environment;
  if (!environment.ok || target instanceof Error) return;
  yield* examineLibraries(patches);
  const sent = createTestSpan(target);
  const delivery = await examineDelivery(target, sent);
  yield delivery;
  if (delivery.ok && sent !== undefined) yield await examineSession(target, sent, env);
}

function targetOf(options: InstrumentOptions, env: Environment): OtlpTarget | Error {
  try {
    return otlpTarget(options, env);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function examineEnvironment(target: OtlpTarget | Error, env: Environment): Finding {
  const name = "environment";
  if (isDisabled(env)) {
    const remedy = "Unset OTEL_SDK_DISABLED, and OTEL_TRACES_EXPORTER if it is `none`";
    return { name, ok: false, detail: "OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER turns recording off", remedy };
  }
  if (target instanceof Error) {
    const remedy = "Set TURNWISE_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT to the server's OTLP/HTTP address";
    return { name, ok: false, detail: target.message, remedy };
  }
  return { name, ok: true, detail: `@turnwise/instrumentation ${version}, Node ${process.version}, to ${target.url}` };
}
