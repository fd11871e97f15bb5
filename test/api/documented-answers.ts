/** Holds real answers against the OpenAPI document: what is answered and not documented is a failure of the test that asked. */
import { type Schema, Validator } from "@cfworker/json-schema";
import {
  type OpenApiOperation,
  type OpenApiResponse,
  toOpenApiDocument,
} from "../../src/api/openapi/openapi-document.ts";
import { routes } from "../../src/api/routes.ts";

export const document = toOpenApiDocument(routes, "9.9.9");

/** Before a route is reached; any path may answer so. */
const everywhere = new Set([400, 401, 403, 404, 405, 413, 415, 421, 429, 431, 500, 503]);

const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, operation, pattern: patternOf(template) })),
);

/** `{name}` is anything but a slash; what has fewer of them goes first. */
function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

export function operationAt(method: string, path: string): OpenApiOperation | undefined {
  const fits = operations.filter((one) => one.method === method && one.pattern.test(path));
  return fits.toSorted((a, b) => a.pattern.source.split("[^/]").length - b.pattern.source.split("[^/]").length)[0]
    ?.operation;
}

const validators = new Map<string, Validator>();

function validatorOf(schema: object): Validator {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known !== undefined) return known;
  const whole: Schema = { ...schema, components: document.components };
  const validator = new Validator(whole, "2020-12", false);
  validators.set(key, validator);
  return validator;
}

export interface ReceivedAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Throws when the document does not say that this may be answered. */
export function requireDocumented({ method, path, status, type, text }: ReceivedAnswer): void {
  const shown = `${method} ${path} answered ${status}`;
  const operation = operationAt(
    method.toLowerCase() === "head" ? "get" : method.toLowerCase(),
    path.split("?")[0] ?? "",
  );
  const documented = operation?.responses[String(status)];
  if (documented === undefined && !everywhere.has(status)) throw new Error(`${shown}, which is not documented`);
  const content: Contents = documented?.content ?? (status === 204 ? {} : { "application/json": errorContent });
  if (method === "HEAD" || text === "") return;
  const [mediaType = ""] = type.split(";");
  const schema = content[mediaType]?.schema;
  if (schema === undefined) throw new Error(`${shown} with ${mediaType}, which is not documented`);
  if (mediaType !== "application/json") return;
  const { valid, errors } = validatorOf(schema).validate(JSON.parse(text));
  if (valid) return;
  const why = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).slice(-4);
  throw new Error(`${shown}, and not as documented: ${why.join("; ")}\n${text.slice(0, 1000)}`);
}

type Contents = NonNullable<OpenApiResponse["content"]>;
const errorContent = { schema: { $ref: "#/components/schemas/ErrorBody" } };
