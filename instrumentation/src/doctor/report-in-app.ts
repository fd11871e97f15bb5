import { writeSync } from "node:fs";
import type { Patch } from "../libraries/patch-modules.ts";
import type { InstrumentOptions } from "../options.ts";
import { examine } from "./examine.ts";
import { keepAwake } from "./keep-awake.ts";
import { renderFinding } from "./render-finding.ts";

/** What TURNWISE_DOCTOR=1 prints on stderr of an application, before it goes on. */
export async function reportInApp(patches: readonly Patch[], options: InstrumentOptions): Promise<void> {
  await keepAwake(async () => {
    for await (const finding of examine(patches, options, process.env)) {
      writeSync(2, `turnwise doctor: ${renderFinding(finding)}`);
    }
  });
}
