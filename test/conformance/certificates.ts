/** Certificates for the tests: of one authority those of a server on this machine and a client, and those of a stranger. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../fixtures/tls/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

export const CA = read("ca.pem");
/** The `tls` block of a configuration. */
export const SERVER_TLS = { cert_pem: read("server.pem"), key_pem: read("server-key.pem") };
export const CA_FILE = fileURLToPath(new URL("ca.pem", folder));
export const CLIENT = { cert: read("client.pem"), key: read("client-key.pem") };
export const STRANGER = { cert: read("stranger.pem"), key: read("stranger-key.pem") };
