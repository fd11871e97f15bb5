/** TLS for what listens. Settings, rules and messages as the collector's `configtls.ServerConfig`. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { codeOf, StartError } from "../model/errors.ts";
import { noticed, secret, withoutEffect } from "./config-schemas.ts";

const version = z.enum(["1.2", "1.3"]);
const outdated = noticed(z.enum(["1.0", "1.1"]), "is taken as 1.2, as older versions are not safe");

/** The versions of TLS, and what the collector lets one choose beside them; for those who listen and those who call. */
export const tlsVersions = {
  min_version: z.union([version, outdated.transform((): "1.2" => "1.2")], "must be 1.2 or 1.3").default("1.2"),
  max_version: version.default("1.3"),
  cipher_suites: withoutEffect("Node's own are used"),
  curve_preferences: withoutEffect("Node's own are used"),
  reload_interval: withoutEffect("files are read at the start and at a SIGHUP"),
};

/** What is wrong with a choice of TLS settings, in the collector's words. */
export const tlsRules = {
  twoCertificates: "provide either a certificate or the PEM-encoded string, but not both",
  twoKeys: "provide either a key or the PEM-encoded string, but not both",
  halfPair: "for auth via TLS, provide both certificate and key, or neither",
  versions: "invalid TLS configuration: min_version cannot be greater than max_version",
};

/** A certificate and its key, as files or as PEM text; with `client_ca_file` only clients that it vouches for may connect. */
export const serverTls = z
  .strictObject({
    cert_file: z.string().min(1).optional(),
    cert_pem: z.string().min(1).optional(),
    key_file: z.string().min(1).optional(),
    key_pem: secret.min(1).optional(),
    client_ca_file: z.string().min(1).optional(),
    ...tlsVersions,
    ca_file: withoutEffect("client_ca_file is what clients are held against"),
    client_ca_file_reload: withoutEffect("files are read at the start and at a SIGHUP"),
  })
  .superRefine((tls, context) => {
    for (const message of problemsOf(tls)) context.addIssue({ code: "custom", message });
  });

export type ServerTlsConfig = z.infer<typeof serverTls>;

function problemsOf(tls: {
  cert_file?: string | undefined;
  cert_pem?: string | undefined;
  key_file?: string | undefined;
  key_pem?: string | undefined;
  min_version: string;
  max_version: string;
}): readonly string[] {
  const certificates = [tls.cert_file, tls.cert_pem].filter((given) => given !== undefined).length;
  const keys = [tls.key_file, tls.key_pem].filter((given) => given !== undefined).length;
  const rules: readonly (readonly [boolean, string])[] = [
    [certificates === 2, tlsRules.twoCertificates],
    [keys === 2, tlsRules.twoKeys],
    [certificates === 0 || keys === 0, tlsRules.halfPair],
    [tls.min_version > tls.max_version, tlsRules.versions],
  ];
  return rules.flatMap(([broken, message]) => (broken ? [message] : []));
}

/** What `node:https` and gRPC are given. */
export interface ServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who vouches for clients. With it a client without a certificate of theirs is turned away. */
  readonly ca?: Buffer;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
}

/** `setting` is the place in the configuration, for messages. Throws a StartError when a file cannot be read. */
export function readServerTls(config: ServerTlsConfig, setting: string): ServerTls {
  const ca = config.client_ca_file;
  return {
    cert: readPem(config.cert_file, config.cert_pem, `${setting}::cert_file`),
    key: readPem(config.key_file, config.key_pem, `${setting}::key_file`),
    ...(ca === undefined ? {} : { ca: readPem(ca, undefined, `${setting}::client_ca_file`) }),
    minVersion: `TLSv${config.min_version}`,
    maxVersion: `TLSv${config.max_version}`,
  };
}

/** The file's bytes, or without a file the text itself. Throws a StartError when the file cannot be read. */
export function readPem(file: string | undefined, pem: string | undefined, setting: string): Buffer {
  if (file === undefined) return Buffer.from(pem ?? "");
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartError(
      "tls_unreadable",
      `${setting}: cannot read ${file} (${codeOf(error) ?? "unknown"})`,
      "Name a PEM file that this user may read",
      { cause: error },
    );
  }
}
