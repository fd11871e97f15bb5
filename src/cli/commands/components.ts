import { examples, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import type { Paint } from "../terminal.ts";

export const addComponents: AddCommand = (program, { out }) => {
  program
    .command("components")
    .description("list every component that a configuration may name")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("turnwise components"))
    .action(async ({ json }: { json?: true }) => {
      const [{ components }, { componentKinds }, { renamedTypes }] = await Promise.all([
        import("../../components.ts"),
        import("../../config/config.ts"),
        import("../../config/known-components.ts"),
      ]);
      const kinds = componentKinds.map((kind) => ({
        kind,
        types: components[kind].map(({ type, description, stability = "beta" }) => ({
          type,
          description,
          stability,
          aliases: [...(renamedTypes[kind] ?? [])].flatMap(([old, renamed]) => (renamed === type ? [old] : [])),
        })),
      }));
      if (json) {
        const byKind = Object.fromEntries(kinds.map(({ kind, types }) => [kind, types]));
        return out.write(`${toPrintableJson(byKind, 2)}\n`);
      }
      return out.write(kinds.map(({ kind, types }) => renderKind(kind, types, out.paint)).join("\n"));
    });
};

interface ComponentType {
  readonly type: string;
  readonly description: string;
  readonly stability: string;
  readonly aliases: readonly string[];
}

function renderKind(kind: string, types: readonly ComponentType[], paint: Paint): string {
  const rows = types.map(({ type, description, stability, aliases }) => {
    const also = aliases.length === 0 ? "" : ` Also called ${aliases.join(", ")}.`;
    return `  ${type.padEnd(18)} ${paint("dim", stability.padEnd(12))} ${description}${also}\n`;
  });
  return `${paint("bold", kind)}\n${rows.join("")}`;
}
