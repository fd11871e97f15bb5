/** TLS towards a server upstream. */
import { readPem } from "../../component/tls.ts";
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
    file === undefined ? [] : [[name, readPem(file, undefined, `${setting}::${name}_file`)] as const],
  );
  return { ...Object.fromEntries(read), rejectUnauthorized: !config.insecure_skip_verify };
}
