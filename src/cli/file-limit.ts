import { codeOf, StartError } from "../model/errors.ts";

/** All threads' modules are read at once, so that a start takes many more files than a running server. */
const ENOUGH = 512;

/** What Node says where it has no file descriptor left: the second, for a package that is there. */
const symptoms = new Set(["EMFILE", "ERR_MODULE_NOT_FOUND"]);

/** The error that a start failed with, or, when that came of too low a limit of open files, one that says so. */
export function explainFileLimit(error: unknown): unknown {
  const limit = isSymptom(error) ? openFilesLimit() : undefined;
  if (limit === undefined || limit >= ENOUGH) return error;
  return new StartError(
    "too_few_open_files",
    `this process may open only ${limit} files at a time, and a start needs more`,
    `Raise the limit, with "ulimit -n 1024" in a shell or LimitNOFILE=1024 for systemd`,
    { cause: error },
  );
}

function isSymptom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return symptoms.has(codeOf(error) ?? "") || isSymptom(error.cause);
}

/** Undefined where the system has no limit, or does not tell. */
function openFilesLimit(): number | undefined {
  const report: unknown = process.report.getReport();
  const soft = [report, "userLimits", "open_files", "soft"].reduce((value: unknown, key) =>
    typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(String(key)) : undefined,
  );
  return typeof soft === "number" ? soft : undefined;
}
