/** What the actions do to a map of attributes. Source: contrib `internal/coreinternal/attraction`. */
import { RE2JS } from "re2js";
import type { DeliveryContext } from "../../component/receiver.ts";
import type { AttributeMap, AttributeValue } from "../../model/span.ts";
import type { Action, ConfigValue } from "./action-schema.ts";
import { convertValue, hashValue } from "./change-value.ts";

/** Changes the draft in place. */
type Step = (draft: Map<string, AttributeValue>, context: DeliveryContext) => void;
type ChangeAttributes = (attributes: AttributeMap, context: DeliveryContext) => AttributeMap;

/** Does the actions in their order; the same map when they left everything as it was. */
export function createAttributeActions(actions: readonly Action[]): ChangeAttributes {
  const steps = actions.map(stepOf);
  return (attributes, context) => {
    const draft = new Map(attributes);
    for (const step of steps) step(draft, context);
    return isSame(draft, attributes) ? attributes : draft;
  };
}

function isSame(left: AttributeMap, right: AttributeMap): boolean {
  return (
    left.size === right.size && [...left].every(([key, value]) => Object.is(value, right.get(key)) && right.has(key))
  );
}

function stepOf(action: Action): Step {
  switch (action.action) {
    case "insert":
      return put(action, (isThere) => !isThere);
    case "update":
      return put(action, (isThere) => isThere);
    case "upsert":
      return put(action, () => true);
    case "delete":
      return onKeys(action, (draft, key) => void draft.delete(key));
    case "hash":
      return onKeys(action, (draft, key, value) => void draft.set(key, hashValue(value)));
    case "extract":
      return extract(action);
    case "convert":
      return onKeys(action, (draft, key, value) => void draft.set(key, convertValue(value, action.converted_type)));
  }
}

/** Nothing is put where no source has a value. */
function put(action: Action, mayPut: (isThere: boolean) => boolean): Step {
  const { key = "" } = action;
  const find = sourceOf(action);
  return (draft, context) => {
    const value = find(draft, context);
    if (value !== undefined && mayPut(draft.has(key))) draft.set(key, value);
  };
}

function sourceOf({ value, from_attribute, from_context, default_value }: Action) {
  const fixed = value === undefined ? undefined : toAttributeValue(value);
  const otherwise = default_value === undefined ? undefined : toAttributeValue(default_value);
  return (attributes: AttributeMap, context: DeliveryContext): AttributeValue | undefined => {
    const found = from_attribute === undefined ? fixed : attributes.get(from_attribute);
    return (from_context === undefined ? found : fromContext(from_context, context)) ?? otherwise;
  };
}

/** Without `metadata.` it means the same, as it did in the collector's beginnings. */
function fromContext(name: string, { metadata }: DeliveryContext): string | undefined {
  return metadata?.get(name.replace(/^metadata\./, "").toLowerCase());
}

/** On the key itself, then on every key that the pattern matches somewhere. */
function onKeys(
  { key, pattern }: Action,
  change: (draft: Map<string, AttributeValue>, key: string, value: AttributeValue) => void,
): Step {
  const compiled = pattern === undefined ? undefined : RE2JS.compile(pattern);
  return (draft) => {
    for (const [name, value] of draft) {
      if (name === key || compiled?.test(name) === true) change(draft, name, value);
    }
  };
}

/** Each group's match goes under the group's name. Only from text; a group that took no part gives "". */
function extract({ key = "", pattern = "" }: Action): Step {
  const compiled = RE2JS.compile(pattern);
  const groups = Object.entries(compiled.namedGroups());
  return (draft) => {
    const text = draft.get(key);
    if (typeof text !== "string") return;
    const matcher = compiled.matcher(text);
    if (!matcher.find()) return;
    for (const [name, number] of groups) draft.set(name, matcher.group(number) ?? "");
  };
}

/** As OTLP has it: whole numbers are ints. */
function toAttributeValue(value: ConfigValue): AttributeValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toAttributeValue);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, toAttributeValue(member)]));
}
