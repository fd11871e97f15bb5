/** Knows callers by a token in a header. Configuration as the collector's `bearertokenauth`, with a project for each token. */
import { z } from "zod";
import { secret } from "../component/config-schemas.ts";
import { type Authenticator, type ExtensionFactory, type Right, rights } from "../component/extension.ts";
import { ForbiddenError, UnauthenticatedError } from "../model/errors.ts";
import { readTokenFile, type TokenFile } from "./bearer-token-auth/token-file.ts";
import {
  createTokenTable,
  projectPattern,
  type Token,
  tokenPattern,
  type TokenTable,
} from "./bearer-token-auth/token-table.ts";
import { withoutValiqorPrefix } from "./valiqor-prefix.ts";

/** What a token must be to travel in a header: visible ASCII without spaces. */
const token = secret
  .regex(tokenPattern, "must be visible ASCII characters without spaces, at least one")
  .meta({ secret: true });

const project = z.string().regex(projectPattern, "is not a project: letters, digits, _ . - are allowed");

const tokenEntry = z.union(
  [
    token.transform((value): Token => ({ value, project: "default", rights })),
    z
      .strictObject({
        token,
        project: project.default("default"),
        /** What the token's owner may do. */
        rights: z
          .array(z.enum(rights))
          .min(1, "must name at least one right")
          .default([...rights]),
      })
      .transform((entry): Token => ({ value: entry.token, project: entry.project, rights: entry.rights })),
  ],
  "is not a token, or a map of token, project and rights",
);

const configSchema = z
  .strictObject({
    /** What stands before the token; empty: nothing does. */
    scheme: z
      .string()
      .regex(/^[\w-]*$/, "is not a scheme such as Bearer")
      .default("Bearer"),
    header: z
      .string()
      .regex(/^[\w-]+$/, "is not the name of a header")
      .default("Authorization")
      .transform((name) => name.toLowerCase()),
    token: token.optional(),
    tokens: z.array(tokenEntry).min(1, "must name at least one token").optional(),
    /** One token a line, with its project after a space if it is not `default`. Read again when it changes. */
    filename: z.string().min(1).optional(),
  })
  .superRefine((config, context) => {
    const given = [config.token, config.tokens, config.filename].filter((source) => source !== undefined).length;
    if (given !== 1) context.addIssue({ code: "custom", message: "give exactly one of token, tokens and filename" });
    const values = config.tokens?.map(({ value }) => value) ?? [];
    if (new Set(values).size < values.length)
      context.addIssue({ code: "custom", path: ["tokens"], message: "names a token twice" });
  });

export type BearerTokenConfig = z.infer<typeof configSchema>;

/** The credential in the header, or undefined when there is none; throws for one that is not of our scheme. */
function credentialOf(value: string | readonly string[] | undefined, scheme: string): string | undefined {
  const values = typeof value === "string" ? [value] : (value ?? []);
  const [text = ""] = values.map((one) => one.trim());
  if (values.length > 1) throw refused("the credentials are given more than once");
  if (text === "" || scheme === "") return text || undefined;
  const [, given = "", credential = ""] = /^(\S+) +(\S+)$/.exec(text) ?? [];
  if (given.toLowerCase() === scheme.toLowerCase()) return credential;
  throw refused(`the credentials are not of the form "${scheme} TOKEN"`);
}

const refused = (message: string): UnauthenticatedError => new UnauthenticatedError(message, { hadCredentials: true });

export const bearerTokenAuth: ExtensionFactory<BearerTokenConfig> = {
  type: "bearertokenauth",
  description: "Knows callers by a token in a header, and the project that each of them sends to and reads.",
  configSchema,
  create(config, { id, logger }): Authenticator {
    const { header, scheme, filename } = config;
    const configured =
      config.tokens ?? (config.token === undefined ? [] : [{ value: config.token, project: "default", rights }]);
    let table: TokenTable = createTokenTable(configured);
    let file: TokenFile | undefined;
    const shown = scheme === "" ? `${header}: TOKEN` : `${header}: ${scheme} TOKEN`;
    return {
      async start() {
        if (filename === undefined) return;
        const setting = `extensions::${id}::filename`;
        file = await readTokenFile({
          filename,
          setting,
          logger,
          onChange: (tokens) => (table = createTokenTable(tokens)),
        });
      },
      async shutdown() {
        await file?.close();
      },
      authenticate(headers, right: Right) {
        const credential = credentialOf(headers[header], scheme);
        if (credential === undefined)
          throw new UnauthenticatedError(`no credentials: send the header "${shown}"`, { hadCredentials: false });
        const bare = withoutValiqorPrefix(credential);
        const token = table.find(credential) ?? (bare === undefined ? undefined : table.find(bare));
        if (token === undefined) throw refused("the token is not known here");
        if (!token.rights.includes(right)) throw new ForbiddenError(`the token may not ${right}`);
        return { project: token.project };
      },
      clientHeaders(project) {
        const senders = table.tokens.filter((token) => token.rights.includes("ingest"));
        const token = senders.find((one) => one.project === project) ?? table.tokens[0];
        if (token === undefined) throw new Error(`${id} has no token before it has started`);
        return { [header]: scheme === "" ? token.value : `${scheme} ${token.value}` };
      },
    };
  },
};
