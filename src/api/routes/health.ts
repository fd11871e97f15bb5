import { defineRoute } from "../route.ts";
import type { Health } from "../contract.ts";

export const getHealth = defineRoute({
  method: "get",
  path: "/api/v1/health",
  access: "public",
  async answer(_call, { version, judges, store }) {
    const body: Health = {
      status: "ok",
      version,
      damages: store.damages?.() ?? 0,
      judges: judges.map(({ name, version, off }) => ({ name, version, off: off ?? null })),
    };
    return { status: 200, body };
  },
});
