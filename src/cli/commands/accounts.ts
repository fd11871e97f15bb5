import type { AdminUser, Turnwise } from "@turnwise/client";
import type { Command } from "commander";
import { type AddCommand, apiKeyOption, type CommandContext, examples, withApiKey } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface AccountOptions {
  readonly limit?: number;
  readonly offset?: number;
  readonly json?: true;
  readonly apiKey?: string;
}

export const addAccounts: AddCommand = (program, context) => {
  const accounts = program
    .command("accounts")
    .description("register at a running server; list, suspend and delete accounts with an admin's key")
    .addHelpText(
      "after",
      examples(
        "turnwise accounts register ann@example.com",
        "turnwise accounts list",
        "turnwise accounts suspend bob@example.com",
      ),
    );
  accounts
    .command("register <email>")
    .description(
      "make an account and print its API key; the password is asked for, or read from TURNWISE_PASSWORD or stdin",
    )
    .option("--json", "print the API's answer")
    .action(async (email: string, options: AccountOptions) => register(email, options, context));
  accounts
    .command("rotate-key")
    .description("print a new API key of the account that asks; the old one counts no more")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .action(async (options: AccountOptions) => rotateKey(options, context));
  accounts
    .command("list")
    .description("list the accounts, in the order in which they registered")
    .option("--limit <n>", "at most so many", Number, 50)
    .option("--offset <n>", "leave so many out", Number, 0)
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .action(async (options: AccountOptions) => list(options, context));
  addChange(accounts.command("suspend").description("it may do nothing; what it has stays"), context, {
    done: "is suspended",
    change: async ({ admin }, id) => admin.suspend(id),
  });
  addChange(accounts.command("unsuspend").description("it may do again what it might"), context, {
    done: "is no longer suspended",
    change: async ({ admin }, id) => admin.unsuspend(id),
  });
  addChange(accounts.command("delete").description("remove it with all its sessions"), context, {
    done: "was deleted",
    change: async ({ admin }, id) => admin.deleteUser(id),
  });
};

interface Change {
  readonly done: string;
  readonly change: (client: Turnwise, id: string) => Promise<unknown>;
}

function addChange(command: Command, { env, out }: CommandContext, { done, change }: Change): void {
  command
    .argument("<account>", "its id or its e-mail")
    .addOption(apiKeyOption())
    .option("--json", "print what was done as JSON")
    .action(async (account: string, options: AccountOptions) => {
      const id = await ask(options, env, async (client) => {
        const found = account.includes("@")
          ? await idOf(client, account.trim().normalize("NFC").toLowerCase())
          : account;
        await change(client, found);
        return found;
      });
      out.write(options.json ? `${toPrintableJson({ id }, 2)}\n` : `${id} ${done}\n`);
    });
}

async function register(email: string, { json }: AccountOptions, { env, out, err }: CommandContext): Promise<void> {
  const { readPassword } = await import("../read-password.ts");
  const password = env["TURNWISE_PASSWORD"] || (await readPassword(err));
  // Whoever registers is nobody yet: a key that lies about in the environment is another account's.
  const registered = await ask({ apiKey: "" }, env, async ({ auth }) => auth.register({ email, password }));
  if (json) return out.write(`${toPrintableJson(registered, 2)}\n`);
  err.write("This key is shown once. Set it as TURNWISE_API_KEY:\n");
  out.write(`${registered.api_key}\n`);
}

async function rotateKey(options: AccountOptions, { env, out }: CommandContext): Promise<void> {
  const rotated = await ask(options, env, async ({ auth }) => auth.rotateKey());
  out.write(options.json ? `${toPrintableJson(rotated, 2)}\n` : `${rotated.api_key}\n`);
}

async function list(options: AccountOptions, { env, out, err }: CommandContext): Promise<void> {
  const { limit = 50, offset = 0 } = options;
  const page = await ask(options, env, async ({ admin }) => admin.users({ limit, offset }));
  if (options.json) return out.write(`${toPrintableJson(page, 2)}\n`);
  const { renderAccounts } = await import("../render-accounts.ts");
  out.write(renderAccounts(page.users, out));
  const next = offset + page.count;
  if (page.count > 0 && next < page.total) err.write(`More: add --offset ${next}\n`);
}

async function idOf({ admin }: Turnwise, email: string): Promise<string> {
  const pageSize = 1000;
  let found: AdminUser | undefined;
  for (let offset = 0; found === undefined; offset += pageSize) {
    const { users } = await admin.users({ limit: pageSize, offset });
    found = users.find((user) => user.email === email);
    if (users.length < pageSize) break;
  }
  return found?.id ?? email;
}

type Work<T> = (client: Turnwise) => Promise<T>;

async function ask<T>({ apiKey }: AccountOptions, env: NodeJS.ProcessEnv, work: Work<T>): Promise<T> {
  const { askServer } = await import("../../api-client.ts");
  return askServer(withApiKey(env, apiKey), work);
}
