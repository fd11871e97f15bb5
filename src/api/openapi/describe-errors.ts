/** The statuses of errors that a route may answer with: those that follow from its parts, and those that it names. */
import type { Route } from "../route.ts";

const named = {
  404: "There is none of what the request names among what the caller may see, or this server does not do that.",
  409: "It is not in a state for this.",
  413: "It is too large.",
  422: "It is well-formed, and cannot be taken as it is.",
  429: "Too many, or too many at once; `Retry-After` says when to come again, if that helps.",
  504: "It took too long.",
} as const;

/** In ascending order, each with what it means. */
export function describeErrors({
  access,
  path,
  body,
  form,
  upload,
  operation,
}: Route): readonly (readonly [number, string])[] {
  const errors: [number, string][] = [
    [400, "A parameter or field is unknown or wrong; `detail` names it."],
    [500, "Something went wrong here; the server's log says what."],
    [503, "Too busy, or out of space: try again after `Retry-After`."],
  ];
  if (access !== "public") {
    errors.push([401, "Credentials are missing or not valid."]);
    errors.push([403, "The caller may not do this, or is suspended."]);
  }
  if (path.includes(":")) errors.push([404, "There is none with this id among what the caller may see."]);
  if (body !== undefined || form !== undefined || upload !== undefined) {
    errors.push([408, "The body came too slowly."]);
    errors.push([413, "The body is too large."]);
    errors.push([415, "The body is not declared as what it must be."]);
  }
  for (const status of operation?.errors ?? []) errors.push([status, named[status]]);
  return [...new Map(errors)].sort(([a], [b]) => a - b);
}
