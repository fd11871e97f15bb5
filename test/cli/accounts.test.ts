/** `turnwise accounts` against a real server's API. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminUsersSchema, registeredSchema } from "../../src/api/account-contract.ts";
import { adminEmail, type Person, register, startAccountApi } from "../api/account-api.ts";
import { type ApiServer, startApi } from "../api/api-server.ts";
import { type Env, runCli } from "./run-cli.ts";

let api: ApiServer;
let admin: Person;
beforeAll(async () => {
  api = await startAccountApi();
  admin = await register(api, adminEmail);
});
afterAll(async () => {
  await api.close();
});

const accounts = async (args: readonly string[], env: Env = {}) =>
  runCli(["accounts", ...args], { TURNWISE_URL: api.url, ...env });
const asAdmin = async (...args: readonly string[]) => accounts(args, { TURNWISE_API_KEY: admin.key });
const password = { TURNWISE_PASSWORD: "correct horse" };

describe("turnwise accounts", () => {
  it("registers, and prints the key alone, so that a script can take it", async () => {
    const { status, stdout, stderr } = await accounts(["register", "ann@example.com"], password);
    expect([status, stderr]).toEqual([0, "This key is shown once. Set it as TURNWISE_API_KEY:\n"]);
    expect(stdout).toMatch(/^vh_[\w-]{43}\n$/);
    const sessions = await runCli(["sessions", "--json"], { TURNWISE_URL: api.url, TURNWISE_API_KEY: stdout.trim() });
    expect(sessions.status).toBe(0);
  });

  it("registers with a key of somebody else in the environment, and answers in JSON", async () => {
    const env = { ...password, TURNWISE_API_KEY: "vh_of_nobody" };
    const { status, stdout } = await accounts(["register", "bob@example.com", "--json"], env);
    expect(status).toBe(0);
    registeredSchema.parse(JSON.parse(stdout));
  });

  it("says why it does not register, and what to do", async () => {
    const taken = await accounts(["register", "ann@example.com"], password);
    expect(taken.status).toBe(1);
    expect(taken.stderr).toContain("error [email_taken] this e-mail has an account; log in");
    const without = await accounts(["register", "cat@example.com"]);
    expect(without.stderr).toContain('"password": must have at least 8 characters');
  });

  it("lists for an admin, and for nobody else", async () => {
    const { status, stdout } = await asAdmin("list");
    expect(status).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/^ID +SINCE +ROLE +STATE +SESSIONS +E-MAIL$/);
    expect(stdout).toMatch(/admin +active +0 +root@example\.com/);
    const page = adminUsersSchema.parse(JSON.parse((await asAdmin("list", "--json", "--limit", "1")).stdout));
    expect([page.count, page.total]).toEqual([1, 3]);
    expect((await asAdmin("list", "--limit", "2")).stderr).toBe("More: add --offset 2\n");
    const nobody = await accounts(["list"]);
    expect(nobody.stderr).toContain("Set TURNWISE_API_KEY to a valid key");
  });

  it("suspends by e-mail, takes it back by id, and deletes", async () => {
    const eve = await register(api, "eve@example.com");
    expect((await asAdmin("suspend", " EVE@example.com")).stdout).toBe(`${eve.id} is suspended\n`);
    expect((await asAdmin("list")).stdout).toMatch(/user +suspended +0 +eve@example\.com/);
    expect((await asAdmin("unsuspend", eve.id)).stdout).toBe(`${eve.id} is no longer suspended\n`);
    const deleted = await asAdmin("delete", "eve@example.com", "--json");
    expect(JSON.parse(deleted.stdout)).toEqual({ id: eve.id });
    const again = await asAdmin("delete", eve.id);
    expect(again.stderr).toMatch(/error \[not_found\] there is no account with this id\n.*turnwise accounts list/);
  });

  it("prints a new key of the account that asks", async () => {
    const fay = await register(api, "fay@example.com");
    const { stdout } = await accounts(["rotate-key", "--api-key", fay.key]);
    expect(stdout).toMatch(/^vh_[\w-]{43}\n$/);
    expect((await accounts(["rotate-key", "--api-key", fay.key])).status).toBe(1);
    expect((await accounts(["rotate-key", "--api-key", stdout.trim(), "--json"])).status).toBe(0);
  });

  it("is told by a server without accounts what to do", async () => {
    const without = await startApi();
    const { status, stderr } = await accounts(["list"], { TURNWISE_URL: without.url });
    await without.close();
    expect(status).toBe(1);
    expect(stderr).toContain("error [accounts_off] this server has no accounts");
    expect(stderr).toContain("Correct the server's configuration");
  });

  it.each([[], ["register"], ["list"], ["rotate-key"], ["suspend"], ["unsuspend"], ["delete"]])(
    "explains itself: %s --help",
    async (...command) => {
      const { status, stdout } = await accounts([...command, "--help"]);
      expect(status).toBe(0);
      expect(stdout).toContain("Usage: turnwise accounts");
    },
  );
});
