/** TLS towards a server upstream. Settings, rules and messages as the collector's `configtls.ClientConfig`. */
import { rootCertificates } from "node:tls";
import { z } from "zod";
import { secret } from "../../component/config-schemas.ts";
import { readPem, tlsRules, tlsVersions } from "../../component/tls.ts";

const text = z.string().min(1).optional();

export const clientTls = z
  .strictObject({
    /** No TLS at all; of a URL its scheme decides. */
    insecure: z.boolean().default(false),
    insecure_skip_verify: z.boolean().default(false),
    ca_file: text,
    ca_pem: text,
    /** Those that Node knows vouch too, and not only the `ca_file`'s. */
    include_system_ca_certs_pool: z.boolean().default(false),
    cert_file: text,
    cert_pem: text,
    key_file: text,
    key_pem: secret.min(1).optional(),
    /** The name that the server's certificate must have, and that it is asked for. */
    server_name_override: text,
    ...tlsVersions,
  })
  .superRefine((tls, context) => {
    for (const message of problemsOf(tls)) context.addIssue({ code: "custom", message });
  })
  .prefault({});

export type ClientTlsConfig = z.infer<typeof clientTls>;

function problemsOf(tls: ClientTlsConfig): readonly string[] {
  const [ca, cert, key] = (["ca", "cert", "key"] as const).map(
    (name) => [tls[`${name}_file`], tls[`${name}_pem`]].filter((given) => given !== undefined).length,
  );
  const rules: readonly (readonly [boolean, string])[] = [
    [ca === 2, "provide either a CA file or the PEM-encoded string, but not both"],
    [cert === 2, tlsRules.twoCertificates],
    [key === 2, tlsRules.twoKeys],
    [(cert === 0) !== (key === 0), tlsRules.halfPair],
    [tls.min_version > tls.max_version, tlsRules.versions],
  ];
  return rules.flatMap(([broken, message]) => (broken ? [message] : []));
}

/** As `node:tls` takes it. */
export interface ClientTls {
  /** Who vouches for the server, instead of those that Node knows. */
  readonly ca?: readonly (Buffer | string)[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
  readonly servername?: string;
}

/** `setting` is the place in the configuration, for messages. Throws a StartError when a file cannot be read. */
export function readClientTls(config: ClientTlsConfig, setting: string): ClientTls {
  const read = (name: "ca" | "cert" | "key"): Buffer | undefined => {
    const [file, pem] = [config[`${name}_file`], config[`${name}_pem`]];
    return file === undefined && pem === undefined ? undefined : readPem(file, pem, `${setting}::${name}_file`);
  };
  const [ca, cert, key] = [read("ca"), read("cert"), read("key")];
  return {
    ...(ca === undefined ? {} : { ca: config.include_system_ca_certs_pool ? [...rootCertificates, ca] : [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: !config.insecure_skip_verify,
    minVersion: `TLSv${config.min_version}`,
    maxVersion: `TLSv${config.max_version}`,
    ...(config.server_name_override === undefined ? {} : { servername: config.server_name_override }),
  };
}
