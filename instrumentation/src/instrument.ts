import { isMainThread } from "node:worker_threads";
import { announce, announceOnce } from "./announce.ts";
import { createBatches } from "./batches.ts";
import { onProcessEnd } from "./exit.ts";
import { libraries } from "./libraries/libraries.ts";
import { type Patch, patchLibraries } from "./libraries/patch-libraries.ts";
import { capturesContent, type InstrumentOptions, isDisabled, isLibraryDisabled } from "./options.ts";
import { announceUndelivered } from "./otlp/announce-undelivered.ts";
import { createOtlpExporter } from "./otlp/exporter.ts";
import { sendAtExit } from "./otlp/send-at-exit.ts";
import { otlpTarget } from "./otlp/target.ts";
import { createProvider } from "./provider.ts";
import { currentTracing, setTracing } from "./tracing.ts";
import { version } from "./version.ts";

/**
 * Starts recording: creates the exporter and patches the supported libraries, those loaded already and those to come.
 * One line on stderr says what was done. A second call changes nothing. Never throws and never rejects.
 * Resolves when everything is patched; only openai 4 as an ES module makes that later than the return.
 */
export async function instrument(options: InstrumentOptions = {}): Promise<void> {
  if (currentTracing() !== undefined) return;
  if (isDisabled(process.env)) {
    announce("off, as OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER says.");
    return;
  }
  try {
    const url = startTracing(options);
    const enabled = libraries.filter(({ name }) => !isLibraryDisabled(name, process.env));
    patching ??= patchLibraries(enabled, announceProblem);
    announcePatches(patching.patches, url);
    await patching.finished;
  } catch (error) {
    announce(`not recording: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Done once in the life of the process: what is patched records whenever there is something to record with. */
let patching: ReturnType<typeof patchLibraries> | undefined;

/** Returns the URL that spans are sent to. */
function startTracing(options: InstrumentOptions): string {
  const target = otlpTarget(options, process.env);
  const exporter = createOtlpExporter(target);
  const batches = createBatches(exporter);
  const provider = createProvider(batches, options.serviceName);
  const openSpans = new Set<() => void>();
  const stopWatching = onProcessEnd(() => {
    for (const abandon of openSpans) abandon();
    exporter.stopSending();
    // Hands everything queued to the exporter before it returns.
    void batches.forceFlush();
    if (!sendAtExit(target, exporter.undelivered())) announceUndelivered(target, "when the process ended");
  });
  const flush = async (timeoutMs: number): Promise<void> => {
    await settledWithin(Promise.allSettled([batches.forceFlush(), exporter.forceFlush()]), timeoutMs);
  };
  setTracing({
    tracer: provider.getTracer("@turnwise/instrumentation", version),
    captureContent: capturesContent(options.captureContent, process.env),
    openSpans,
    flush,
    async shutdown() {
      setTracing(undefined);
      await flush(shutdownPatienceMs);
      stopWatching();
    },
  });
  return target.url;
}

const shutdownPatienceMs = 5000;

/** The timer keeps the process alive meanwhile: connections do not, and whoever awaits a flush wants to go on after it. */
async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

function announcePatches(patches: readonly Patch[], url: string): void {
  for (const patch of patches) announceProblem(patch);
  // A process says it once, not each of its worker threads.
  if (!isMainThread) return;
  const recorded = patches.filter(({ status }) => status === "patched" || status === "waiting");
  const names = recorded.map(({ library, version }) => `${library} ${version}`).join(", ");
  const what = names === "" ? "no supported library found yet; recording those that load later" : `recording ${names}`;
  const content = currentTracing()?.captureContent ? "" : " without content";
  announce(`${what}${content}, sending to ${url}`);
}

/** Says of a copy that it is not recorded and why: nothing is as hard to find as spans that are not there. */
function announceProblem({ library, version, status, reason }: Patch): void {
  const why = status === "unsupported" ? "this version is not supported" : reason;
  if (status === "unsupported" || status === "failed") {
    announceOnce(`${library} ${version}`, `${library} ${version} is loaded but not recorded: ${why}`);
  }
}
