/** All commands, in the order in which `--help` lists them. */
import type { AddCommand } from "./command.ts";
import { addAccounts } from "./commands/accounts.ts";
import { addComponents } from "./commands/components.ts";
import { addDatasets } from "./commands/datasets.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEval } from "./commands/eval.ts";
import { addJudge } from "./commands/judge.ts";
import { addJudges } from "./commands/judges.ts";
import { addLabel } from "./commands/label.ts";
import { addLabels } from "./commands/labels.ts";
import { addPrintConfig } from "./commands/print-config.ts";
import { addQueue } from "./commands/queue.ts";
import { addRebuild } from "./commands/rebuild.ts";
import { addReplay } from "./commands/replay.ts";
import { addRuns } from "./commands/runs.ts";
import { addServe } from "./commands/serve.ts";
import { addSessions } from "./commands/sessions.ts";
import { addShow } from "./commands/show.ts";
import { addValidate } from "./commands/validate.ts";

export const commands: readonly AddCommand[] = [
  addServe,
  addValidate,
  addPrintConfig,
  addComponents,
  addSessions,
  addShow,
  addLabel,
  addLabels,
  addJudges,
  addRuns,
  addDatasets,
  addRebuild,
  addQueue,
  addAccounts,
  addReplay,
  addJudge,
  addEval,
  addDoctor,
  addDemo,
];
