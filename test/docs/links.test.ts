/** Whoever follows a link of these pages gets somewhere, and every page can be found. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

const pages = [".", "docs", "docs/decisions", "client", "instrumentation", "examples"].flatMap(pagesIn);
const read = (page: string): string => readFileSync(join(root, page), "utf8");

/** Of a page: what it links to inside the checkout, as a path from its root and, if there is one, a place in it. */
function linksOf(page: string): readonly { readonly path: string; readonly place: string | undefined }[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", place] = target.split("#");
      return { path: file === "" ? page : relative(root, resolve(root, dirname(page), file)), place };
    });
}

/** What GitHub makes of a page's headings. */
const placesIn = (page: string): readonly string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("the documentation", () => {
  it.each(pages)("links to what is there: %s", (page) => {
    const links = linksOf(page);
    expect(links.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
    const placed = links.filter(({ path, place }) => place !== undefined && path.endsWith(".md"));
    expect(placed.filter(({ path, place = "" }) => !placesIn(path).includes(place))).toEqual([]);
  });

  it("has a door that leads to every page", () => {
    const linked = linksOf("docs/README.md").map(({ path }) => path);
    expect(pagesIn("docs").filter((page) => page !== "docs/README.md" && !linked.includes(page))).toEqual([]);
    expect(linksOf("README.md").map(({ path }) => path)).toContain("docs/README.md");
  });
});
