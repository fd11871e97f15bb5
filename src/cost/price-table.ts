/** What models cost: the shape of a price file, and of the same entries in the configuration. */
import { z } from "zod";

const dollars = z.number().nonnegative();

/** In US dollars for a million tokens. A kind of tokens without a price has none: calls that used it stay without a cost. */
const rates = {
  input: dollars,
  output: dollars,
  cache_read: dollars.optional(),
  cache_write: dollars.optional(),
};

export const priceSchema = z.strictObject({
  /** As in `gen_ai.provider.name`; absent: whoever serves it. */
  providers: z.array(z.string().min(1)).min(1).optional(),
  /** Names without date and version (`gpt-4o`), with them (`gpt-4o-2024-05-13`), or beginnings (`my-deployment-*`). */
  models: z.array(z.string().min(1)).min(1),
  ...rates,
  /** Of requests whose whole input is larger than `above` tokens. */
  long_context: z.strictObject({ above: z.int().positive(), ...rates }).optional(),
  /** When the provider's price list said so. */
  as_of: z.iso.date().optional(),
});

export const priceFileSchema = z.strictObject({
  about: z.string().optional(),
  /** Where the prices were published, by provider. */
  sources: z.record(z.string(), z.string()).optional(),
  prices: z.array(priceSchema),
});

export type ModelPrice = z.infer<typeof priceSchema>;

/** Prices of one origin, in the order in which they are asked. Can be sent to another thread. */
export interface PriceTable {
  /** For people: the packaged list, a file's path, the configuration. */
  readonly name: string;
  readonly prices: readonly ModelPrice[];
}

/** In the order in which they are asked: whoever runs the server knows better than the packaged list. */
export type PriceTables = readonly PriceTable[];
