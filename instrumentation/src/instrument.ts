import { isMainThread, parentPort } from "node:worker_threads";
import { announce, announceOnce } from "./announce.ts";
import { libraries } from "./libraries/libraries.ts";
import type { Library } from "./libraries/library.ts";
import { type Patching, patchGiven, patchLibraries } from "./libraries/patch-libraries.ts";
import type { Patch } from "./libraries/patch-modules.ts";
import { type InstrumentOptions, isDisabled, isDoctorAsked, isLibraryDisabled } from "./options.ts";
import { isRecordingAlready } from "./recording-copy.ts";
import { startTracing } from "./start-tracing.ts";
import { currentTracing } from "./tracing.ts";

/**
 * Starts recording: creates the exporter and patches the supported libraries, those loaded already and those to come.
 * One line on stderr says what was done. A second call changes nothing. Never throws and never rejects.
 * Resolves when everything is patched; only openai 4 and @openai/agents as ES modules make that later than the return.
 * With TURNWISE_DOCTOR=1 it resolves when the doctor has reported.
 */
export async function instrument(options: InstrumentOptions = {}): Promise<void> {
  // `--require` loads us in the thread of Node's module hooks, too, where no application runs.
  if (!isMainThread && parentPort === null) return;
  if (isRecordingAlready(options)) return;
  await start(options);
  if (!isDoctorAsked(process.env)) return;
  const { reportInApp } = await import("./doctor/report-in-app.ts");
  await reportInApp(patchesSoFar(), options);
}

async function start(options: InstrumentOptions): Promise<void> {
  if (isDisabled(process.env)) {
    announce("off, as OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER says.");
    return;
  }
  try {
    const { url } = startTracing(options);
    patching ??= patchLibraries(enabledLibraries(), announceProblem);
    announcePatches(patching.patches, url);
    await patching.finished;
  } catch (error) {
    announce(`not recording: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Records libraries that a bundler has put into the application's own file, where they cannot be found: `modules` are
 * what `import * as module` gives, by what they are imported by: `instrumentModules({ openai })`. Call it before the first
 * call. Never throws; what cannot be recorded is said on stderr.
 */
export function instrumentModules(modules: Readonly<Record<string, unknown>>): void {
  for (const patch of patchGiven(enabledLibraries(), modules)) announceProblem(patch);
}

function enabledLibraries(): readonly Library[] {
  return libraries.filter(({ name, partOf = name }) => {
    return !isLibraryDisabled(name, process.env) && !isLibraryDisabled(partOf, process.env);
  });
}

/** Done once in the life of the process: what is patched records whenever there is something to record with. */
let patching: Patching | undefined;

/** Loads and patches also the libraries that wait for the application: for the doctor, in whose process there is none. */
export function loadWaitingLibraries(): void {
  for (const patch of patching?.loadWaiting() ?? []) announceProblem(patch);
}

const seen: Patch[] = [];

/** What became of every copy of a library until now, in order: a copy that waited is there again when it is patched. */
export const patchesSoFar = (): readonly Patch[] => seen;

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
function announceProblem(patch: Patch): void {
  seen.push(patch);
  const { library, version, status, reason } = patch;
  const why = status === "unsupported" ? "this version is not supported" : reason;
  if (status === "unsupported" || status === "failed") {
    announceOnce(`${library} ${version}`, `${library} ${version} is loaded but not recorded: ${why}`);
  }
}
