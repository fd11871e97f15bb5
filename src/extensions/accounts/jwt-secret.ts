import { StartError } from "../../model/errors.ts";

const MIN_CHARACTERS = 32;
const MIN_DIFFERENT = 8;

/** What stands in examples and is left there, and the key of FastAPI's tutorial, which half the world has. */
const wellKnown =
  /change[-_ ]?(?:me|this|it|in[-_ ]?production)|your[-_ ]?(?:super[-_ ]?)?(?:jwt[-_ ]?)?secret|secret[-_ ]?key|insecure|example|placeholder|09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7/i;

/** Throws a StartError unless the secret can keep strangers out. `setting` is the endpoint that they reach. */
export function requireSecret(secret: string, setting: string, extension: string): void {
  const fault = faultOfSecret(secret);
  if (fault === undefined) return;
  throw new StartError(
    "endpoint_not_local",
    `${setting} can be reached from other machines, and extensions::${extension}::jwt_secret ${fault}: whoever guesses it is anybody`,
    `Listen on localhost, or ${secretRemedy}`,
  );
}

export const secretRemedy = "set TURNWISE_JWT_SECRET to what this prints: openssl rand -base64 48";

/** Why it cannot. */
export function faultOfSecret(secret: string): string | undefined {
  if (secret === "") return "is not set";
  if (secret.length < MIN_CHARACTERS) return `has less than ${MIN_CHARACTERS} characters`;
  if (wellKnown.test(secret) || new Set(secret).size < MIN_DIFFERENT) return "is one that others know";
  return undefined;
}
