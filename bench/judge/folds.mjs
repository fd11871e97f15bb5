// Which of the five folds a conversation is in. All of a group (a customer, a question) are in one, so that a table that is
// fitted on four folds has seen nothing of the tasks in the fifth.
import { createHash } from "node:crypto";

export const FOLDS = 5;

export const foldOf = (group) => createHash("sha256").update(group).digest().readUInt32BE() % FOLDS;
