// The OpenAPI document passes common linters without a warning.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = (name) => join(import.meta.dirname, "node_modules", ".bin", name);
const document = join(import.meta.dirname, "../../../adapters/http/openapi.json");
// Turns off telemetry and update checks.
const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", SCARF_ANALYTICS: "false" };

test("redocly finds nothing in the API's document", async () => {
  const { stdout, stderr } = await run(program("redocly"), ["lint", "--format=json", document], { env });
  const found = JSON.parse(stdout.slice(stdout.indexOf("{")));
  assert.deepEqual(found.totals, { errors: 0, warnings: 0, ignored: 0 }, stdout + stderr);
});

test("spectral finds nothing in the API's document", async () => {
  const rules = join(await mkdtemp(join(tmpdir(), "spectral-")), "rules.yaml");
  await writeFile(rules, 'extends: ["spectral:oas"]\n');
  const lint = ["lint", document, "--ruleset", rules, "--format", "json", "--fail-severity", "hint"];
  const { stdout } = await run(program("spectral"), lint, { env });
  assert.match(stdout, /^\[\]\n?No results/);
});
