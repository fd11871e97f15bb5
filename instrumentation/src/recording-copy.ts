import { announceOnce } from "./announce.ts";
import type { InstrumentOptions } from "./options.ts";
import { version } from "./version.ts";

/** The copy of this package that records in this process, of whatever version. */
interface RecordingCopy {
  readonly version: string;
  /** The URL of one of its modules. */
  readonly from: string;
}

/** The same in all versions. */
const key = Symbol.for("@turnwise/instrumentation recording");
const thisCopy: RecordingCopy = { version, from: import.meta.url };

export function setRecording(isRecording: boolean): void {
  Reflect.set(globalThis, key, isRecording ? thisCopy : undefined);
}

/** Whether somebody records already; then says what that means for whoever wants to, too. */
export function isRecordingAlready(options: InstrumentOptions): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by setRecording only
  const copy = Reflect.get(globalThis, key) as RecordingCopy | undefined;
  if (copy === undefined) return false;
  const names = Object.keys(options);
  if (copy.from !== thisCopy.from) {
    const own = `this copy (version ${version}, ${folderOf(thisCopy)})`;
    announceOnce("copy", `version ${copy.version} in ${folderOf(copy)} records already; ${own} does nothing.`);
  } else if (names.length > 0) {
    announceOnce("options", `recording already; these options came too late and do not count: ${names.join(", ")}.`);
  }
  return true;
}

const folderOf = ({ from }: RecordingCopy): string => decodeURI(new URL(".", from).pathname);
