/** The two kinds of failure a sender must tell apart, and the one that stops a start. Everything else is retryable. */

/** Sending it again cannot help. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** Try again a little later: a full queue, a busy or full disk. `retryAfterSeconds` is what the sender is told. */
export class UnavailableError extends Error {
  override readonly name: string = "UnavailableError";
  readonly retryAfterSeconds: number;
  constructor(message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
  }
}

/** There is no room where the data was to wait, which whoever throws this has told and counted. */
export class OverflowError extends UnavailableError {
  override readonly name = "OverflowError";
}

/** The caller does not say who it is, or not credibly. `hadCredentials`: it tried. */
export class UnauthenticatedError extends Error {
  override readonly name = "UnauthenticatedError";
  readonly hadCredentials: boolean;
  /** What a 401 must name in WWW-Authenticate. Source: RFC 9110 11.6.1, RFC 6750 3. */
  readonly challenge: string;
  constructor(message: string, options: ErrorOptions & { hadCredentials: boolean }) {
    super(message, options);
    this.hadCredentials = options.hadCredentials;
    this.challenge = `Bearer realm="turnwise"${options.hadCredentials ? ', error="invalid_token"' : ""}`;
  }
}

/** Why what is stored forbids what was asked. */
export type RefusalCode =
  | "trace_limit_reached"
  | "trace_too_large"
  | "too_many_tool_calls"
  | "idempotency_conflict"
  | "session_closed"
  | "not_a_stream";

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** What was asked is well formed, and what is stored forbids it: a limit is reached, a session is closed. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: RefusalCode;
  constructor({ code, message }: Refusal) {
    super(message);
    this.code = code;
  }
}

/** The caller is known and may not do this. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
  readonly code: "forbidden" | "account_suspended";
  constructor(message: string, code: ForbiddenError["code"] = "forbidden") {
    super(message);
    this.code = code;
  }
}

/**
 * A start that cannot succeed: wrong configuration, occupied port, data folder in use, corrupt database; or a server that
 * cannot go on. `message` says what is wrong, `remedy` what to do; the command prints both and exits with status 1.
 */
export class StartError extends Error {
  override readonly name: string = "StartError";
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Everything wrong with a configuration at once, one sentence each, with its `a::b::c` path and line. */
export class ConfigError extends StartError {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super("config_invalid", problems.join("\n"), "Correct the configuration, then check it with: turnwise validate");
    this.problems = problems;
  }
}

/**
 * A judge could not judge. `pausesJudge`: asking again for other sessions fails the same way until someone acts (a
 * wrong key, no credit, an unknown model), so the judge stops asking for a while and says why; `onlyInProject`: about the
 * project's other sessions. `usesTry`: false for what comes of waiting in line, which may take as long as it likes.
 */
export class JudgeError extends Error {
  override readonly name = "JudgeError";
  readonly code: string;
  readonly retryable: boolean;
  readonly pausesJudge: boolean;
  readonly onlyInProject: boolean;
  readonly usesTry: boolean;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    code: string,
    message: string,
    options: ErrorOptions & {
      retryable: boolean;
      pausesJudge?: boolean;
      onlyInProject?: boolean;
      usesTry?: boolean;
      retryAfterSeconds?: number;
    },
  ) {
    super(message, options);
    this.code = code;
    this.retryable = options.retryable;
    this.pausesJudge = options.pausesJudge ?? false;
    this.onlyInProject = options.onlyInProject ?? false;
    this.usesTry = options.usesTry ?? true;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The code of a system error, such as `EADDRINUSE`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
