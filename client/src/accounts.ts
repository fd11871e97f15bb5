/** Who one is, and for admins: who the others are. */
import type { RequestOptions, Transport } from "./transport.ts";
import type {
  AccessToken,
  AdminCounts,
  AdminStats,
  AdminUsers,
  AdminUserState,
  AuthInfo,
  Login,
  Me,
  Registered,
  Registration,
  RotatedKey,
} from "./types.ts";

export type Auth = ReturnType<typeof createAuth>;

export function createAuth(transport: Transport) {
  return {
    /** The API key that comes with it is shown this once. */
    register: async (account: Registration, options?: RequestOptions): Promise<Registered> =>
      transport.send({ method: "POST", path: "/auth/register", body: account }, options),

    /** A token to be used as an API key, for a while. */
    login: async (credentials: Login, options?: RequestOptions): Promise<AccessToken> =>
      transport.send({ method: "POST", path: "/auth/login", body: credentials, isRepeatable: true }, options),

    /** Whose the key is, and how much may be evaluated with it. */
    check: async (options?: RequestOptions): Promise<AuthInfo> =>
      transport.send({ method: "GET", root: "/v2", path: "/auth/check" }, options),

    me: async (options?: RequestOptions): Promise<Me> => transport.send({ method: "GET", path: "/auth/me" }, options),

    /** The new key is shown this once; the old one is valid no more. */
    rotateKey: async (options?: RequestOptions): Promise<RotatedKey> =>
      transport.send({ method: "POST", path: "/auth/rotate-key" }, options),
  };
}

export type Admin = ReturnType<typeof createAdmin>;

export function createAdmin(transport: Transport) {
  const pathOf = (id: string): string => `/admin/users/${encodeURIComponent(id)}`;
  const change = async (id: string, verb: string, options?: RequestOptions): Promise<AdminUserState> =>
    transport.send({ method: "POST", path: `${pathOf(id)}/${verb}`, isRepeatable: true }, options);
  return {
    users: async (page: { limit?: number; offset?: number } = {}, options?: RequestOptions): Promise<AdminUsers> =>
      transport.send({ method: "GET", path: "/admin/users", query: page }, options),
    counts: async (options?: RequestOptions): Promise<AdminCounts> =>
      transport.send({ method: "GET", path: "/admin/counts" }, options),
    stats: async (options?: RequestOptions): Promise<AdminStats> =>
      transport.send({ method: "GET", path: "/admin/stats" }, options),
    /** Its keys and tokens open nothing from now on. */
    suspend: async (id: string, options?: RequestOptions) => change(id, "suspend", options),
    unsuspend: async (id: string, options?: RequestOptions) => change(id, "unsuspend", options),
    /** With all its sessions. */
    deleteUser: async (id: string, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", path: pathOf(id) }, options),
  };
}
