/** JSON Web Tokens that say who logged in. Source: RFC 7519, RFC 8725 (3.1: one algorithm, which is ours to choose). */
import { errors, jwtVerify, SignJWT } from "jose";
import type { AccessToken } from "../../component/accounts.ts";

const ALGORITHM = "HS256";
const ISSUER = "turnwise";

export interface AccessTokens {
  create(accountId: string): Promise<AccessToken>;
  /** Whose it is; undefined when it is not ours, or has expired. */
  read(token: string): Promise<string | undefined>;
}

export function createAccessTokens(secret: string, lifetimeMs: number): AccessTokens {
  const key = new TextEncoder().encode(secret);
  const expiresInSeconds = Math.max(1, Math.floor(lifetimeMs / 1000));
  return {
    async create(accountId) {
      const token = await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setSubject(accountId)
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(`${expiresInSeconds}s`)
        .sign(key);
      return { token, expiresInSeconds };
    },
    async read(token) {
      try {
        const requiredClaims = ["sub", "exp"];
        const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], issuer: ISSUER, requiredClaims });
        return payload.sub;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
