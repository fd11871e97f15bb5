/** Somebody who may log in: whose data it is, and how much of it there may be. */

/** `admin` also sees and manages the other accounts; never their sessions. */
export type AccountRole = "user" | "admin";

/** What one account may send to the message doors. OTLP has none of these. Source: ValueHead's limits (VH-22). */
export interface AccountLimits {
  /** Sessions kept at the same time; deleting one makes room. */
  readonly maxTraces: number;
  /** Tool calls in one session. */
  readonly maxToolCalls: number;
  /** Characters of all messages of one session. */
  readonly maxCharacters: number;
}

export interface Account {
  /** 32 hex digits. */
  readonly id: string;
  /** As `parseEmail` writes it: trimmed, NFC, lower case. */
  readonly email: string;
  readonly name?: string;
  readonly role: AccountRole;
  /** Whose sessions are this account's: a project of its own. */
  readonly project: string;
  readonly createdAt: Date;
  /** A suspended account is known and may do nothing; nothing of it is gone. */
  readonly isSuspended: boolean;
  /** The beginning of its key, to tell keys apart by. */
  readonly keyHint: string;
}

/** RFC 5321 4.5.3.1, in characters. */
const MAX_EMAIL_CHARACTERS = 254;
/** One `@`, a local part without quotes, and a domain of at least two labels. */
const emailPattern =
  /^[^\s@"(),:;<>[\]\\\p{C}]{1,64}@(?=.{1,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,62})(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,62}))+$/u;

/** The one way in which an e-mail is written here: trimmed, NFC, lower case. Undefined when it is not one. */
export function parseEmail(text: string): string | undefined {
  if (text.length > 2 * MAX_EMAIL_CHARACTERS) return undefined;
  const email = text.trim().normalize("NFC").toLowerCase();
  return email.length <= MAX_EMAIL_CHARACTERS && emailPattern.test(email) ? email : undefined;
}
