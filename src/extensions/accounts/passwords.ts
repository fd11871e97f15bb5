/** Passwords as argon2id hashes. Source: OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane). */
import { UnavailableError } from "../../model/errors.ts";

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Read for the first password: most servers see none. */
const argon2 = async () => import("@node-rs/argon2");

/** Each takes a core for some 20 ms: logins must not eat the machine. */
const AT_ONCE = 2;
const WAITING = 64;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash it takes as long and is false: nobody learns which e-mails are known. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/** Both reject with UnavailableError when too many wait. */
export function createPasswords(): Passwords {
  const inTurn = createQueue();
  const compute = async (password: string): Promise<string> =>
    inTurn(async () => (await argon2()).hash(normalize(password), COST));
  let nobodys: Promise<string> | undefined;
  return {
    hash: compute,
    async matches(password, known) {
      nobodys ??= compute("nobody has this password").catch((error: unknown) => {
        nobodys = undefined;
        throw error;
      });
      const compared = known ?? (await nobodys);
      return (await inTurn(async () => (await argon2()).verify(compared, normalize(password)))) && known !== undefined;
    },
  };
}

/** What looks the same is the same, on whichever keyboard it was written. Source: NIST SP 800-63B-4 3.1.1.2. */
const normalize = (password: string): string => password.normalize("NFKC");

function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING) throw new UnavailableError("Too many passwords are being checked.");
      await new Promise<void>((go) => waiting.push(go));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
