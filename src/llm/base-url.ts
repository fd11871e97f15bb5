import { BlockList, isIP } from "node:net";

/**
 * Checks where judge calls may go and returns the URL without a trailing slash. Loopback and private networks are
 * allowed: local models live there. Throws an Error whose message never repeats credentials.
 */
export function parseBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error("base_url is not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Error("base_url must begin with http:// or https://");
  if (url.username !== "" || url.password !== "") throw new Error("base_url must not contain a user or password");
  if (url.search !== "" || url.hash !== "") throw new Error("base_url must not contain a query or fragment");
  if (isForbiddenAddress(url.hostname.replace(/^\[|\]$/g, "")))
    throw new Error("base_url must not be a link-local address");
  return url.href.replace(/\/+$/, "");
}

/** Link-local addresses: no model lives there, but cloud metadata services with credentials do. */
export function isForbiddenAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 6 ? "ipv6" : "ipv4");
}

const linkLocal = new BlockList();
linkLocal.addSubnet("169.254.0.0", 16, "ipv4");
linkLocal.addSubnet("fe80::", 10, "ipv6");
linkLocal.addAddress("fd00:ec2::254", "ipv6");
