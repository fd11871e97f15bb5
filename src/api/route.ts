/** The contract of a route: data that says who may call it and what it takes, and the function that answers. */
import type { IncomingMessage } from "node:http";
import type { ZodType } from "zod";
import type { Logger } from "../component/component.ts";
import type { Accounts } from "../component/accounts.ts";
import type { Measure } from "../component/evaluator.ts";
import type { JudgePause, JudgeRequest } from "../component/judge.ts";
import type { Door } from "../component/door.ts";
import type { EvaluationRunner } from "../component/evaluation-runner.ts";
import type { Authenticator, Caller, Right } from "../component/extension.ts";
import type { SessionRef, Store } from "../component/store.ts";
import type { PriceTables } from "../cost/price-table.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { EventStream } from "./event-stream.ts";

export interface JudgeInfo {
  readonly name: string;
  readonly version: string;
  /** The language model it asks, and what it asks with. Absent: it asks none. */
  readonly model?: string;
  readonly promptHash?: string;
  /** What one judgement asks of models. Absent: nothing. */
  readonly requests?: readonly JudgeRequest[];
  /** Why this judge does not judge. Absent: it judges. */
  readonly off?: string;
}

export interface EvaluatorInfo extends Pick<JudgeInfo, "name" | "version" | "requests"> {
  readonly measures: readonly Pick<Measure, "name" | "of" | "version" | "asks">[];
  /** Why it scores nothing. Absent: it scores. */
  readonly off?: string;
}

export interface ApiContext {
  readonly store: Store;
  /** In order of rank. */
  readonly judges: readonly JudgeInfo[];
  /** In the configured order. Absent: none. */
  readonly evaluators?: readonly EvaluatorInfo[];
  /** The judges that are paused, for everybody or for this project. Absent: nobody knows of any. */
  readonly pausesOf?: (project: string) => readonly JudgePause[];
  readonly logger: Logger;
  readonly version: string;
  /** Asked before anything else about every request that is not public. Absent: everybody on this machine may do everything. */
  readonly authenticator?: Authenticator;
  /** Where the API is reached. Absent: from this machine only. */
  readonly door?: Door;
  /** Where people register and log in. Absent: nobody can. */
  readonly accounts?: Accounts;
  /** What is to go from submitted messages before they are stored, in this order. */
  readonly redactors?: readonly Redactor[];
  /** Whether recordings are taken, and how large they may be. Absent: they are not. */
  readonly recordings?: { readonly maxBytes: number; readonly isOff: boolean };
  /** What model calls cost that do not say so themselves. */
  readonly prices?: PriceTables;
  /** Attribute keys that name a conversation, instead of those that all know. */
  readonly conversationKeys?: readonly string[];
  /** What scores the items of runs. Absent: nothing does here, and no run can be started. */
  readonly evaluation?: EvaluationRunner;
}

export const hereOnly: Door = { isLocal: true };

export interface Call<Query = unknown, Body = unknown> {
  /** The session that the path names; an empty id where it names none. */
  readonly ref: SessionRef;
  /** The parked request that the path names; absent where it names none, or nothing that could be one. */
  readonly number?: number | undefined;
  /** Of the account that the path names; empty where it names none. */
  readonly accountId: string;
  /** Everything that the path names, by the name that the route gives it: none is empty. */
  readonly params: Readonly<Record<string, string>>;
  /** Who asks; `anyone` where nobody is asked. `caller.account` is there when somebody logged in or showed an account's key. */
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  /** The headers that the route names, under their names in lower case. One that was not sent is absent. */
  readonly headers: Readonly<Partial<Record<ReadHeader, string>>>;
  /** The request itself, of a route that has a form or takes an upload. */
  readonly upload?: IncomingMessage;
  /** Aborted when the caller goes before it has the answer. */
  readonly gone: AbortSignal;
}

/** Headers that routes read. */
export type ReadHeader = "idempotency-key" | "last-event-id";

export type Answer =
  | { readonly status: 200 | 201 | 202; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** HTML. */
  | { readonly status: 200; readonly page: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly status: 204 };

export type Reply =
  | Answer
  /** Takes long: `ended` aborts when the caller went or the server shuts down. */
  | {
      readonly wait: (ended: AbortSignal) => Promise<Answer>;
      /** Where all places to wait are taken, because something was done already. Absent: a 503, and nothing was. */
      readonly atOnce?: Answer;
    }
  | { readonly stream: (events: EventStream) => Promise<void> };

export type Access = Right | "account" | "admin" | "public";

/** What a reader of the OpenAPI document is told, beside what follows from the rest of the route. */
export interface OperationNote {
  /** In camelCase; no other route has it. */
  readonly id: string;
  /** One sentence. */
  readonly summary: string;
  /** What it answers when it succeeds: a body's schema, nothing (204), or a page or events of this description. */
  readonly reply:
    | {
        readonly status: 200 | 201 | 202;
        readonly schema: ZodType;
        /** What it answers with a 202 instead, when that takes longer than the caller waits. */
        readonly later?: ZodType;
      }
    | { readonly status: 204 }
    | { readonly page: string }
    | { readonly events: string };
  /** Statuses of errors that do not follow from the route's parts. */
  readonly errors?: readonly (404 | 409 | 413 | 422 | 429 | 504)[];
}

export interface Route<Query = unknown, Body = unknown> {
  readonly method: "get" | "post" | "put" | "delete";
  /** In express's syntax; `:id` is always a session's id, `:number` a parked request's, `:account` an account's. */
  readonly path: string;
  /**
   * What the caller must be allowed to do: `ingest` adds, `read` shows what agents wrote, `write` changes. `account` is for whoever
   * has one, `admin` for those who manage the others. `public` tells nothing that matters.
   */
  readonly access: Access;
  /** It is limited by address and e-mail, so that nobody can try out passwords. */
  readonly takesPassword?: true;
  /** Headers that it reads. Absent: none. */
  readonly headers?: readonly ReadHeader[];
  /** Strict. Absent: takes no query parameters. */
  readonly query?: ZodType<Query>;
  /** Query parameters that may be given several times: always lists. Absent: none may. */
  readonly lists?: readonly string[];
  /** Strict. Absent: takes no body. */
  readonly body?: ZodType<Body>;
  /** Messages may be as large as 16 MiB; every other body is smaller than 1 MiB. */
  readonly takesMessages?: true;
  /** Takes multipart/form-data: these fields, of which `file` is a stream that only the route itself can read, as `call.upload`. */
  readonly form?: ZodType;
  /** Takes a body of these media types, as a stream that only the route itself can read, as `call.upload`. */
  readonly upload?: readonly string[];
  /** What the OpenAPI document says of it. */
  readonly operation: OperationNote;
  /** Throws ApiError, or the model's errors. */
  answer(call: Call<Query, Body>, context: ApiContext): Promise<Reply>;
}

/** Infers what `answer` is given from the schemas beside it. */
export const defineRoute = <Query, Body>(route: Route<Query, Body>): Route => route;
