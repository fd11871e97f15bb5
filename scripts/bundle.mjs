// Makes the command one file with some parts that it reads when needed, and each thread one file: Node takes longer to find and
// link the hundreds of modules of a server, and again those of each of its threads, than to run them.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";

/** What becomes a part of a file in `folder` still finds what lies beside it: threads, prompts, migrations, the examples. */
const movedTo = (folder, dist) => ({
  name: "moved modules",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      return file.startsWith(dist) ? undefined : { path: relative(folder, file), external: true };
    });
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const address = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", address) };
    });
  },
});

async function bundle(dist, file, options) {
  const outdir = dirname(file);
  await build({
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    entryPoints: [file],
    outdir,
    allowOverwrite: true,
    logLevel: "warning",
    plugins: [movedTo(outdir, dist)],
    ...options,
  });
}

/** Of the compiled `dist`. The modules stay where they are, for whoever imports them; a thread shares none with who started it. */
export async function bundleEntries(dist) {
  const threads = readdirSync(dist, { recursive: true }).filter((name) => /-(?:thread|process)\.js$/.test(name));
  for (const name of threads) await bundle(dist, join(dist, name));
  await bundle(dist, join(dist, "cli/cli.js"), { splitting: true, chunkNames: "part-[hash]" });
}
