/** Accounts, one a line. */
import type { AdminUser } from "@turnwise/client";
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import { fitToWidth } from "./text-layout.ts";

const widths = [32, 16, 5, 9, 8, 40];
const titles = ["ID", "SINCE", "ROLE", "STATE", "SESSIONS", "E-MAIL"];

export function renderAccounts(users: readonly AdminUser[], { paint }: Layout): string {
  if (users.length === 0) return "Nobody has registered.\n";
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => fitToWidth(toPrintableLine(cell), widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[paint("dim", line(titles)), ...users.map((user) => line(cellsOf(user)))].join("\n")}\n`;
}

function cellsOf({ id, created_at, role, suspended, sessions, email }: AdminUser): readonly string[] {
  const since = created_at.slice(0, 16).replace("T", " ");
  return [id, since, role, suspended ? "suspended" : "active", String(sessions), email];
}
