/** The contract of a route: data that says who may call it and what it takes, and the function that answers. */
import type { ZodType } from "zod";
import type { Logger } from "../component/component.ts";
import type { Authenticator, Right } from "../component/extension.ts";
import type { SessionRef, Store } from "../component/store.ts";
import type { PriceTables } from "../cost/price-table.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { EventStream } from "./event-stream.ts";

export interface JudgeInfo {
  readonly name: string;
  readonly version: string;
  /** Why this judge does not judge. Absent: it judges. */
  readonly off?: string;
}

export interface ApiContext {
  readonly store: Store;
  /** In order of rank. */
  readonly judges: readonly JudgeInfo[];
  readonly logger: Logger;
  readonly version: string;
  /** Asked before anything else about every request that is not public. Absent: everybody on this machine may do everything. */
  readonly authenticator?: Authenticator;
  /** What is to go from submitted messages before they are stored, in this order. */
  readonly redactors?: readonly Redactor[];
  /** What model calls cost that do not say so themselves. */
  readonly prices?: PriceTables;
  /** Attribute keys that name a conversation, instead of those that all know. */
  readonly conversationKeys?: readonly string[];
}

export interface Call<Query = unknown, Body = unknown> {
  /** The session that the path names; an empty id where it names none. */
  readonly ref: SessionRef;
  /** The parked request that the path names; absent where it names none, or nothing that could be one. */
  readonly number?: number | undefined;
  readonly query: Query;
  readonly body: Body;
}

export type Reply =
  | { readonly status: 200 | 201 | 202; readonly body: unknown }
  | { readonly status: 204 }
  | { readonly stream: (events: EventStream) => Promise<void> };

export interface Route<Query = unknown, Body = unknown> {
  readonly method: "get" | "post" | "delete";
  /** In express's syntax; `:id` is always a session's id, `:number` a parked request's. */
  readonly path: string;
  /** What the caller must be allowed to do: `ingest` adds, `read` shows what agents wrote, `write` changes. `public` tells nothing that matters. */
  readonly access: Right | "public";
  /** Strict. Absent: takes no query parameters. */
  readonly query?: ZodType<Query>;
  /** Strict. Absent: takes no body. */
  readonly body?: ZodType<Body>;
  /** Throws ApiError, or the model's errors. */
  answer(call: Call<Query, Body>, context: ApiContext): Promise<Reply>;
}

/** Infers what `answer` is given from the schemas beside it. */
export const defineRoute = <Query, Body>(route: Route<Query, Body>): Route => route;
