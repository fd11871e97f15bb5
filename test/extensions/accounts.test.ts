/** Whom the extension knows by what they show, and what it costs. What it does over HTTP is in test/api. */
import { randomBytes } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import type { AccountStore } from "../../src/component/accounts.ts";
import { anyone, type Authenticator, type Caller, type RequestHeaders } from "../../src/component/extension.ts";
import { accounts } from "../../src/extensions/accounts.ts";
import { digestOf } from "../../src/extensions/accounts/api-key.ts";
import { shownCredentials } from "../../src/extensions/accounts/shown-credentials.ts";
import type { Account } from "../../src/model/account.ts";
import { ForbiddenError, UnauthenticatedError } from "../../src/model/errors.ts";
import { createAccounts } from "../api/account-api.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { storeWith } from "../support/store-with.ts";

const here = { isLocal: true };
const elsewhere = { isLocal: false };
const newKey = (): string => `vh_${randomBytes(32).toString("base64url")}`;

const ann: Account = {
  id: "a".repeat(32),
  email: "ann@example.com",
  role: "user",
  project: "project-of-ann",
  createdAt: new Date(0),
  isSuspended: false,
  keyHint: "vh_abcde",
};

/** On a store that counts what it is asked, and knows these keys. */
async function started(keys: Readonly<Record<string, Account>>) {
  const byDigest = new Map(
    Object.entries(keys).map(([key, account]) => [Buffer.from(digestOf(key)).toString("hex"), account]),
  );
  const asked = {
    hasAccounts: vi.fn<AccountStore["hasAccounts"]>(async () => byDigest.size > 0),
    findAccountByKey: vi.fn<AccountStore["findAccountByKey"]>(async (digest) =>
      byDigest.get(Buffer.from(digest).toString("hex")),
    ),
  };
  const rest: Partial<AccountStore> = {
    keepSecret: async (_name, proposal) => proposal,
    setAdmins: async () => undefined,
    findDeletions: async () => [],
  };
  const store = storeWith({ accounts: { ...storeWith({}).accounts, ...rest, ...asked } });
  const authenticator: Authenticator = createAccounts(store, recordingLogger());
  await authenticator.start?.();
  return { authenticator, ...asked };
}

describe("what a caller shows", () => {
  const key = newKey();
  test.each<[RequestHeaders, ReturnType<typeof shownCredentials>]>([
    [{}, undefined],
    [{ "x-api-key": "", authorization: " " }, undefined],
    [{ "x-api-key": key }, { key }],
    [{ "x-api-key": ` ${key} ` }, { key }],
    [{ "x-api-key": [key] }, { key }],
    [{ authorization: `Bearer ${key}` }, { key }],
    [{ authorization: `bearer  ${key}` }, { key }],
    [{ authorization: "Bearer a.b.c" }, { token: "a.b.c" }],
    [{ "x-api-key": key, authorization: "" }, { key }],
    [{ "x-api-key": `vq_${key}` }, { key }],
    [{ authorization: `Bearer vq_${key}` }, { key }],
    [{ authorization: `Bearer vq-${key}` }, { key }],
  ])("%j is %j", (headers, shown) => {
    expect(shownCredentials(headers)).toEqual(shown);
  });

  test.each<[string, RequestHeaders]>([
    ["two keys", { "x-api-key": [key, key] }],
    ["two keys in one header", { "x-api-key": `${key}, ${key}` }],
    ["both headers", { "x-api-key": key, authorization: `Bearer ${key}` }],
    ["another scheme", { authorization: `Basic ${key}` }],
    ["no scheme", { authorization: key }],
    ["only the scheme", { authorization: "Bearer" }],
    ["more than the key", { "x-api-key": `${key}A` }],
    ["less than the key", { authorization: `Bearer ${key.slice(0, -1)}` }],
    ["a megabyte", { "x-api-key": `vh_${"x".repeat(1024 * 1024)}` }],
    ["Valiqor's prefix twice", { "x-api-key": `vq_vq_${key}` }],
    ["what is no key", { "x-api-key": "secret-of-somebody" }],
  ])("%s is refused, and not repeated", (_what, headers) => {
    const show = () => shownCredentials(headers);
    expect(show).toThrow(UnauthenticatedError);
    expect(show).not.toThrow(/vh_\w|secret-of/);
  });
});

describe("a key", () => {
  test("costs one read, however many requests come with it and whoever they are of", async () => {
    const key = newKey();
    const { authenticator, findAccountByKey } = await started({ [key]: ann });
    const caller: Caller = {
      project: "project-of-ann",
      account: {
        id: ann.id,
        email: ann.email,
        role: "user",
        limits: { maxTraces: 200, maxToolCalls: 100, maxCharacters: 500_000 },
      },
    };
    await Promise.all(
      Array.from({ length: 100 }, async () => authenticator.authenticate({ "x-api-key": key }, "ingest", here)),
    );
    expect(authenticator.authenticate({ authorization: `Bearer ${key}` }, "ingest", elsewhere)).toEqual(caller);
    expect(findAccountByKey).toHaveBeenCalledTimes(1);
  });

  test("that nobody has costs one read too", async () => {
    const { authenticator, findAccountByKey } = await started({ [newKey()]: ann });
    const headers = { "x-api-key": newKey() };
    await expect(authenticator.authenticate(headers, "read", here)).rejects.toThrow("the key is not known here");
    expect(() => authenticator.authenticate(headers, "read", here)).toThrow(UnauthenticatedError);
    expect(findAccountByKey).toHaveBeenCalledTimes(1);
  });

  test("of a suspended account is known and forbidden", async () => {
    const key = newKey();
    const { authenticator } = await started({ [key]: { ...ann, isSuspended: true } });
    const caller = authenticator.authenticate({ "x-api-key": key }, "read", here);
    await expect(caller).rejects.toMatchObject({ code: "account_suspended" });
    await expect(caller).rejects.toBeInstanceOf(ForbiddenError);
  });
});

describe("nobody", () => {
  test("is anyone on this machine while nobody has registered, which costs one read", async () => {
    const { authenticator, hasAccounts } = await started({});
    expect(await authenticator.authenticate({}, "write", here)).toBe(anyone);
    expect(authenticator.authenticate({}, "ingest", here)).toBe(anyone);
    expect(authenticator.takesAnyone?.(here)).toBe(true);
    expect(hasAccounts).toHaveBeenCalledTimes(1);
  });

  test("is refused there with an account, and told what to send", async () => {
    const { authenticator } = await started({ [newKey()]: ann });
    await expect(authenticator.authenticate({}, "read", here)).rejects.toMatchObject({
      message: 'no credentials: send the header "X-Api-Key: KEY" or "Authorization: Bearer KEY"',
      hadCredentials: false,
    });
    expect(await authenticator.takesAnyone?.(here)).toBe(false);
  });

  test("is refused beyond this machine, account or not", async () => {
    const { authenticator, hasAccounts } = await started({});
    expect(() => authenticator.authenticate({}, "read", elsewhere)).toThrow(UnauthenticatedError);
    expect(authenticator.takesAnyone?.(elsewhere)).toBe(false);
    expect(hasAccounts).not.toHaveBeenCalled();
  });
});

describe("the configuration", () => {
  test("has ValueHead's limits unless told otherwise", () => {
    expect(accounts.configSchema.parse({})).toEqual({
      store: "default",
      jwt_secret: "",
      admin_emails: [],
      max_traces_per_user: 200,
      max_tool_calls_per_trace: 100,
      max_trace_chars: 500_000,
      registration: true,
      requests_per_minute: 6000,
      token_lifetime: 86_400_000,
    });
  });

  test.each<[unknown, readonly string[]]>([
    [[], []],
    ["", []],
    [null, []],
    ["[]", []],
    [["A@b.example"], ["a@b.example"]],
    ['["a@b.example", "C@d.example"]', ["a@b.example", "c@d.example"]],
    ["a@b.example, c@d.example", ["a@b.example", "c@d.example"]],
    ["a@b.example;c@d.example e@f.example", ["a@b.example", "c@d.example", "e@f.example"]],
  ])("takes %j as the admins' e-mails", (given, emails) => {
    expect(accounts.configSchema.parse({ admin_emails: given }).admin_emails).toEqual(emails);
  });

  test.each<[object, string]>([
    [{ admin_emails: ["ann"] }, "is not an e-mail address"],
    [{ admin_emails: "[" }, "expected array"],
    [{ admin_emails: '{"a":1}' }, "is not an e-mail address"],
    [{ max_traces_per_user: 0 }, "expected number to be >=1"],
    [{ token_lifetime: "0" }, "must be at least one second"],
    [{ jwt_secrets: "x" }, "Unrecognized key"],
  ])("refuses %j: %s", (config, message) => {
    const { error } = accounts.configSchema.safeParse(config);
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});
