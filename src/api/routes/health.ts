import { defineRoute, hereOnly } from "../route.ts";
import { type Health, healthSchema } from "../contract.ts";

export const getHealth = defineRoute({
  method: "get",
  path: "/api/v1/health",
  access: "public",
  operation: {
    id: "getHealth",
    summary: "Whether the server works, and with which judges.",
    reply: { status: 200, schema: healthSchema },
  },
  async answer(_call, { version, judges, store, authenticator, door = hereOnly }) {
    const body: Health = {
      status: "ok",
      version,
      credentials_required: authenticator !== undefined && (await authenticator.takesAnyone?.(door)) !== true,
      damages: store.damages?.() ?? 0,
      judges: judges.map(({ name, version, off }) => ({ name, version, off: off ?? null })),
    };
    return { status: 200, body };
  },
});
