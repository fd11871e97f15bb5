/** What a component is given that needs nothing of it. */
import type { ExporterNeeds } from "../../src/component/exporter.ts";

function unexpected(): never {
  throw new Error("not needed in this test");
}

export const noNeeds: ExporterNeeds = { storeOf: unexpected, authenticatorOf: unexpected };
