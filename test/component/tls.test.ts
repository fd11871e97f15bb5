import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readServerTls, serverTls } from "../../src/component/tls.ts";

const folder = fileURLToPath(new URL("../fixtures/tls/", import.meta.url));
const files = { cert_file: `${folder}server.pem`, key_file: `${folder}server-key.pem` };
const setting = "receivers::otlp::protocols::http::tls";

const problemsOf = (config: object): readonly string[] =>
  serverTls.safeParse(config).error?.issues.map(({ message }) => message) ?? [];

describe("TLS settings", () => {
  test.each([
    ["no certificate and no key", {}, "for auth via TLS, provide both certificate and key, or neither"],
    ["a certificate alone", { cert_file: "a" }, "for auth via TLS, provide both certificate and key, or neither"],
    ["a key alone", { key_pem: "a" }, "for auth via TLS, provide both certificate and key, or neither"],
    [
      "two certificates",
      { ...files, cert_pem: "a" },
      "provide either a certificate or the PEM-encoded string, but not both",
    ],
    ["two keys", { ...files, key_pem: "a" }, "provide either a key or the PEM-encoded string, but not both"],
    [
      "versions the wrong way round",
      { ...files, min_version: "1.3", max_version: "1.2" },
      "invalid TLS configuration: min_version cannot be greater than max_version",
    ],
  ])("with %s are refused", (_, config, message) => {
    expect(problemsOf(config)).toEqual([message]);
  });

  test.each([{}, { min_version: "1.0" }, { min_version: "1.1" }])("allow no version below 1.2: %j", (versions) => {
    expect(readServerTls(serverTls.parse({ ...files, ...versions }), setting)).toMatchObject({
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
    });
  });

  test("refuse a highest version below 1.2", () => {
    expect(problemsOf({ ...files, max_version: "1.1" })).toHaveLength(1);
  });

  test("are read from files or from the text, and ask for client certificates only with an authority", () => {
    const read = readServerTls(serverTls.parse(files), setting);
    const fromText = { cert_pem: read.cert.toString(), key_pem: read.key.toString() };
    expect(readServerTls(serverTls.parse(fromText), setting).cert.toString().trim()).toBe(read.cert.toString().trim());
    expect(read).not.toHaveProperty("ca");
    const mutual = serverTls.parse({ ...files, client_ca_file: `${folder}ca.pem` });
    expect(readServerTls(mutual, setting).ca?.toString()).toContain("BEGIN CERTIFICATE");
  });

  test.each(["cert_file", "key_file", "client_ca_file"])("name the %s that cannot be read, and the setting", (name) => {
    const config = serverTls.parse({ ...files, [name]: "/nowhere.pem" });
    expect(() => readServerTls(config, setting)).toThrow(`${setting}::${name}: cannot read /nowhere.pem (ENOENT)`);
  });
});
