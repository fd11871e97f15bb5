/** LabelStore as calls to the writer and to a reader, wherever these run. */
import type { LabelStore } from "../../component/labels.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

export function createLabelClient({
  write,
  read,
}: {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}): LabelStore {
  return {
    put: (project, labels) => write("putLabels", [project, labels]),
    remove: (ref, target) => write("removeLabel", [ref, target]),
    read: (ref) => read("readLabels", [ref]),
    find: (query) => read("findLabels", [query]),
    readLabelledTargets: (project) => read("readLabelledTargets", [project]),
  };
}
