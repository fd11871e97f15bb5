/** Uploads: recordings, datasets. Each has a place while it is received, so that not too many of them are in memory at once. */
import type { IncomingMessage } from "node:http";
import { type BodyPace, createBodyPace } from "../component/body-pace.ts";
import { anyone, type Caller } from "../component/extension.ts";
import type { Store } from "../component/store.ts";
import { ApiError } from "./api-error.ts";
import { drain } from "./drain.ts";
import { createUploadPlaces, uploadPlaceDefaults, type UploadPlaces } from "./upload-places.ts";

/** What those share who send to one store. */
interface Uploads {
  readonly places: UploadPlaces;
  readonly pace: BodyPace;
}

/** Rejects with a 503 when all places are taken, or all that one caller may have. */
export type ReceiveInPlace = <Result>(
  store: Store,
  upload: IncomingMessage,
  caller: Caller,
  receive: (pace: BodyPace) => Promise<Result>,
) => Promise<Result>;

/** For uploads that share these places. */
export function createReceiveInPlace(options = uploadPlaceDefaults): ReceiveInPlace {
  const uploads = new WeakMap<Store, Uploads>();

  function uploadsTo(store: Store): Uploads {
    const known = uploads.get(store) ?? { places: createUploadPlaces(options), pace: createBodyPace() };
    uploads.set(store, known);
    return known;
  }

  return async (store, upload, caller, receive) => {
    const { places, pace } = uploadsTo(store);
    const leave = places.take(senderOf(upload, caller));
    if (leave === undefined) throw refuseUpload(upload, tooManyUploads());
    try {
      return await receive(pace);
    } finally {
      leave();
    }
  };
}

/** Of recordings and datasets, which are never whole in memory. */
export const receiveInPlace = createReceiveInPlace();

/** The account, or the project that the key is of; where nobody is asked, the address. */
function senderOf({ socket }: IncomingMessage, caller: Caller): string {
  if (caller.account !== undefined) return `account ${caller.account.id}`;
  return caller === anyone ? `address ${socket.remoteAddress ?? ""}` : `project ${caller.project}`;
}

const tooManyUploads = () =>
  new ApiError(503, "unavailable", "too many uploads are being received", { "retry-after": "10" });

/** The error, for an upload that nobody reads. */
export function refuseUpload(upload: IncomingMessage, error: ApiError): ApiError {
  drain(upload);
  return error;
}
