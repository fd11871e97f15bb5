/** TLS towards a server upstream. */
import { readFileSync } from "node:fs";
import { codeOf, StartError } from "../../model/errors.ts";
import type { ClientTlsConfig } from "./forwarding-config.ts";

/** As `node:tls` and gRPC take it. */
export interface ClientTls {
  /** Who vouches for the server, instead of those that Node knows. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized: boolean;
}

/** `setting` is the place in the configuration, for messages. Throws a StartError when a file cannot be read. */
export function readClientTls(config: ClientTlsConfig, setting: string): ClientTls {
  const files = { ca: config.ca_file, cert: config.cert_file, key: config.key_file };
  const read = Object.entries(files).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, readPem(file, `${setting}::${name}_file`)] as const],
  );
  return { ...Object.fromEntries(read), rejectUnauthorized: !config.insecure_skip_verify };
}

function readPem(file: string, setting: string): Buffer {
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
