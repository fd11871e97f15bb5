/** What a server's model calls cost: what its configuration says, and the packaged list behind that. */
import type { Config } from "./config/config.ts";
import type { PriceTables } from "./cost/price-table.ts";
import { readListPrices, readPriceFile } from "./cost/read-price-file.ts";

/** Throws a StartError when the file that the configuration names cannot be used. */
export function priceTablesOf({ service }: Config): PriceTables {
  const { models, file } = service.sessions.prices;
  return [
    { name: "service::sessions::prices::models", prices: models },
    ...(file === undefined ? [] : [readPriceFile(file)]),
    readListPrices(),
  ];
}
