// Starts the real binary with the simulated carrier, and a real browser.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const BINARY = process.env.FRONTDESK_BINARY ?? join(import.meta.dirname, "../../../target/debug/frontdesk");

// The test command passes the browser's path on; without it, the first one on PATH is used.
const CHROMIUM = process.env.CHROMIUM ?? onPath(["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]);

export const PASSWORD = "a password for tests";
export const TOKEN = "a token for tests of some length";

export async function startDesk(settings = {}, listen = "127.0.0.1:0") {
  const environment = {
    ...process.env,
    XDG_RUNTIME_DIR: mkdtempSync(join(tmpdir(), "frontdesk-browser-")),
    FRONTDESK__AUTH__ADMIN_PASSWORD: PASSWORD,
    FRONTDESK__AUTH__API_TOKEN: TOKEN,
    ...settings,
  };
  const desk = spawn(BINARY, ["demo", "--ephemeral", "--listen", listen], { env: environment });
  desk.stderr.on("data", (text) => process.env.VERBOSE && process.stderr.write(text));
  const { url, link } = await new Promise((resolve, reject) => {
    let said = "";
    desk.on("exit", (code) => reject(new Error(`frontdesk ended with ${code}: ${said}`)));
    desk.stdout.on("data", (text) => {
      said += text;
      const found = said.match(/feed +(http:\S+?)\/\n/);
      if (found) resolve({ url: found[1], link: said.match(/open +(http:\S+)/)[1] });
    });
  });
  const call = (...args) =>
    new Promise((resolve) => {
      const caller = spawn(BINARY, ["call", "--speed", "0", "--url", url, ...args], { env: environment });
      let said = "";
      caller.stdout.on("data", (text) => { said += text; });
      caller.on("exit", (code) => resolve({ code, said }));
    });
  const calls = async () => (await (await fetch(`${url}/api/v1/calls`, { headers: { Authorization: `Bearer ${TOKEN}` } })).json()).calls;
  const audio = async (call) => Buffer.from(await (await fetch(`${url}${call.voicemail.audio_url}`, { headers: { Authorization: `Bearer ${TOKEN}` } })).arrayBuffer());
  const stop = () => new Promise((resolve) => { desk.on("exit", resolve); desk.kill("SIGTERM"); });
  return { url, link, call, calls, audio, stop };
}

// Starts a server without users, as on a new machine, in a new folder. Returns the setup link that it prints.
export async function startServer() {
  const folder = mkdtempSync(join(tmpdir(), "frontdesk-server-"));
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
  });
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, "frontdesk.toml"), `
    public_url = "${url}"
    listen = "127.0.0.1:${port}"
    forward_to = "+33611223344"
    [twilio]
    account_sid = "AC00000000000000000000000000000001"
    auth_token = "an auth token of some length"
    api_url = "http://127.0.0.1:9"
  `);
  const server = spawn(BINARY, ["serve"], { cwd: folder });
  const link = await new Promise((resolve, reject) => {
    let said = "";
    server.on("exit", (code) => reject(new Error(`frontdesk ended with ${code}: ${said}`)));
    server.stderr.on("data", (text) => {
      said += text;
      const found = said.match(/(http:\S+\/setup\/\S+)[^]*listening on/);
      if (found) resolve(found[1]);
    });
  });
  const stop = () => new Promise((resolve) => { server.on("exit", resolve); server.kill("SIGTERM"); });
  return { url, link, stop };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What axe finds on a page: each violated rule, with the elements.
export async function findings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
}

function onPath(names) {
  const folders = process.env.PATH.split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new Error(`no browser on PATH (${names.join(", ")}); name one in CHROMIUM`);
  return found;
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
      "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  });
}

// A page that fails the test on a script error, a refused resource, or a request to anywhere else.
export async function openPage(browser, desk, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(desk.url) && !request.url().startsWith("data:") && !request.url().startsWith("blob:")) {
      page.problems.push(`a request to ${request.url()}`);
    }
  });
  return page;
}

export async function signIn(page, desk) {
  await page.goto(`${desk.url}/`);
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${desk.url}/`);
}

// Waits until the page lists that many calls and returns their number: a page that is still loading lists fewer.
export async function listed(page, least = 1) {
  const rows = page.locator("tr.call");
  await rows.nth(least - 1).waitFor();
  return rows.count();
}

// A day at an office, as arguments of `frontdesk call`.
export const OFFICE = [
  ["--from", "+12025550147", "--name", "Ann Example", "--press", "1"],
  ["--from", "+33199000123", "--press", "1", "--callee", "busy"],
  ["--from", "anonymous", "--hang-up-after", "3s"],
  ["--from", "+33639980456", "--press", "1", "--callee", "machine", "--no-message"],
  ["--from", "+12025550188", "--name", "Bob Sample", "--press", "9,2"],
  ["--from", "+441632960789", "--press", "1", "--callee", "decline"],
  ["--from", "+442079460789", "--name", "Carol Test", "--press", "1", "--callee", "no-answer", "--no-message"],
  ["--from", "+12025550147", "--name", "Ann Example", "--press", "1", "--talk", "95s"],
];

// Places calls one after the other; fails if a call reports a problem.
export async function place(desk, calls) {
  for (const args of calls) {
    const { code, said } = await desk.call(...args);
    if (code !== 0) throw new Error(said);
  }
}
