/** Between the receiver and its decode thread. */
import type { SentBody } from "./decode-body.ts";
import type { DecodedRequest } from "./decode-request.ts";
import type { RefusalReason } from "./request-refusal.ts";

export interface DecodeCommand {
  readonly id: number;
  readonly sent: SentBody;
}

export interface DecodeAnswer {
  readonly id: number;
  readonly outcome:
    | { readonly decoded: DecodedRequest }
    | { readonly refusal: RefusalReport }
    | { readonly failure: { readonly message: string; readonly stack?: string } };
}

/** A RequestRefusal as data: what structured cloning would make of it is a plain Error. */
export interface RefusalReport {
  readonly httpStatus: number;
  readonly rpcCode: number;
  readonly reason: RefusalReason;
  readonly message: string;
}
