/** A file of prices: the packaged list, or one that a configuration names. */
import { readFileSync } from "node:fs";
import type { ZodError } from "zod";
import { StartError } from "../model/errors.ts";
import { priceFileSchema } from "./price-table.ts";
import type { PriceTable } from "./price-table.ts";

/** The price lists of the providers, as the package has them. */
export function readListPrices(): PriceTable {
  return readPriceFile(new URL("./list-prices.json", import.meta.url), "list prices");
}

/** Throws a StartError that names the file and everything that is wrong with it. `name` is what people are shown. */
export function readPriceFile(path: string | URL, name = String(path)): PriceTable {
  const parsed = priceFileSchema.safeParse(parse(path, name));
  if (!parsed.success) throw unusable(name, describe(parsed.error), parsed.error);
  return { name, prices: parsed.data.prices };
}

function parse(path: string | URL, name: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw unusable(name, error instanceof Error ? error.message : String(error), error);
  }
}

function describe({ issues }: ZodError): string {
  return issues.map(({ path, message }) => `${path.join("::")}: ${message}`).join("; ");
}

function unusable(name: string, reason: string, cause: unknown): StartError {
  const remedy =
    'It must be JSON as in {"prices":[{"models":["my-model"],"input":1,"output":2}]}, in dollars for a million tokens';
  return new StartError("prices_unusable", `the prices in ${name} cannot be used: ${reason}`, remedy, { cause });
}
