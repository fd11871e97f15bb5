import { examples, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

export const addComponents: AddCommand = (program, { out }) => {
  program
    .command("components")
    .description("list every component that a configuration may name")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("turnwise components"))
    .action(async ({ json }: { json?: true }) => {
      const [{ components }, { componentKinds }] = await Promise.all([
        import("../../components.ts"),
        import("../../config/config.ts"),
      ]);
      const kinds = componentKinds.map((kind) => ({
        kind,
        types: components[kind].map(({ type, description }) => ({ type, description })),
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
}

function renderKind(
  kind: string,
  types: readonly ComponentType[],
  paint: (style: "bold", text: string) => string,
): string {
  const rows = types.map(({ type, description }) => `  ${type.padEnd(18)} ${description}\n`);
  return `${paint("bold", kind)}\n${rows.join("")}`;
}
