/**
 * Calls into another thread over a MessagePort. A server answers many calls with one message; a client's calls all fail
 * when the other side is gone.
 */
import type { MessagePort, Transferable } from "node:worker_threads";
import type { SessionNotice } from "../../component/store.ts";
import { UnavailableError } from "../../model/errors.ts";
import { type ErrorReport, fromErrorReport } from "./store-error.ts";
import type { WatchCommand } from "./writer-messages.ts";

/** The functions that a server offers, by name. Arguments and results must survive structured cloning. */
// oxlint-disable-next-line typescript/no-explicit-any -- the one place that must forget the operations' types
export type Operations = Readonly<Record<string, (...args: any[]) => unknown>>;

export interface Request {
  readonly id: number;
  readonly operation: string;
  readonly args: readonly unknown[];
}

export type Outcome<Result = unknown> = { readonly result: Result } | { readonly error: ErrorReport };

/** From server to client: answers, and what became of sessions. */
export interface ServerMessage {
  readonly answers?: readonly (readonly [id: number, outcome: Outcome])[];
  /** How long the commit took that the answers are of; absent from those who only read. */
  readonly commitSeconds?: number;
  readonly notices?: readonly SessionNotice[];
}

/** Calls an operation by name, wherever it runs. */
export type Call<Offered extends Operations> = <Name extends keyof Offered & string>(
  name: Name,
  args: Parameters<Offered[Name]>,
  transfer?: readonly Transferable[],
) => Promise<ReturnType<Offered[Name]>>;

export interface RpcClient<Offered extends Operations> {
  readonly call: Call<Offered>;
  /** Asks for notices, or for no more of them. Resolves when that holds: notices of earlier commits never come. */
  readonly watch: (watches: boolean) => Promise<void>;
  /** Fails what is pending and all that follows. */
  readonly close: () => void;
}

export interface RpcClientOptions {
  readonly onCommit?: (seconds: number) => void;
  readonly onNotices?: (notices: readonly SessionNotice[]) => void;
}

interface Pending {
  resolve(result: never): void;
  reject(error: Error): void;
}

export function createRpcClient<Offered extends Operations>(
  port: MessagePort,
  { onCommit, onNotices }: RpcClientOptions = {},
): RpcClient<Offered> {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let isClosed = false;

  function settle(id: number, outcome: Outcome): void {
    const call = pending.get(id);
    pending.delete(id);
    if ("error" in outcome) call?.reject(fromErrorReport(outcome.error));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server answers with what the operation returned
    else call?.resolve(outcome.result as never);
  }

  function close(): void {
    isClosed = true;
    port.close();
    for (const call of pending.values()) call.reject(stopped());
    pending.clear();
  }

  port.on("message", ({ answers, commitSeconds, notices }: ServerMessage) => {
    if (commitSeconds !== undefined) onCommit?.(commitSeconds);
    for (const [id, outcome] of answers ?? []) settle(id, outcome);
    if (notices !== undefined) onNotices?.(notices);
  });
  port.on("close", close);

  const send = async <Result>(toMessage: (id: number) => Request | WatchCommand, transfer?: readonly Transferable[]) =>
    new Promise<Result>((resolve, reject) => {
      if (isClosed) {
        reject(stopped());
        return;
      }
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      port.postMessage(toMessage(lastId), transfer);
    });

  return {
    call: async (operation, args, transfer) => send((id) => ({ id, operation, args }), transfer),
    watch: async (watches) => send<void>((id) => ({ id, watch: watches })),
    close,
  };
}

export function stopped(): UnavailableError {
  return new UnavailableError("The store is not running.");
}
