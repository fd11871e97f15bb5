import { InvalidInputError } from "./evaluation-error.ts";

/**
 * Python's `str.format` with named fields: `{name}` is a value, `{{` and `}}` are braces; what a value contains is never looked
 * at. Throws InvalidInputError: 050008 for a field without a value, 050009 for a lone brace and for fields that would reach into
 * a value or format it (`{a.b}`, `{a[0]}`, `{a!r}`, `{a:>5}`).
 */
export function formatTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (token: string, name: string | undefined) => {
    if (token === "{{") return "{";
    if (token === "}}") return "}";
    if (name === undefined) throw new InvalidInputError("050009", `The template has a lone ${token}; write it twice.`);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    if (/^$|[.[!:]/.test(name)) throw new InvalidInputError("050009", `The template's field {${name}} is not a name.`);
    throw new InvalidInputError("050008", `There is no value for the template's field {${name}}.`);
  });
}
