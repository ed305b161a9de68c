// The first minutes of a new user: the links that the terminal prints, and the remaining setup steps.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings, openPage, startBrowser, startDesk, startServer } from "./desk.mjs";

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

test("the demo's link opens the phone, signed in, and serves once", async () => {
  const desk = await startDesk();
  const page = await openPage(browser, desk);
  await page.goto(desk.link);
  await page.waitForURL(`${desk.url}/phone`);
  await page.getByRole("button", { name: "Call", exact: true }).waitFor();
  assert.deepEqual(page.problems, []);
  const other = await openPage(browser, desk);
  await other.goto(desk.link);
  await other.getByRole("alert").getByText("This link has been used").waitFor();
  await page.context().close();
  await other.context().close();
  await desk.stop();
});

test("the server's link creates the first user, who sees what is left to set up", async () => {
  const server = await startServer();
  const page = await openPage(browser, server);
  await page.goto(server.link);
  assert.deepEqual(await findings(page), []);
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill("password");
  await page.getByRole("button", { name: "Create and sign in" }).click();
  await page.getByRole("alert").getByText("easy to guess").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "ann", "rejected input keeps its values");
  page.problems.length = 0;
  await page.getByLabel("Password").fill("a long and odd phrase");
  await page.getByRole("button", { name: "Create and sign in" }).click();
  await page.waitForURL(`${server.url}/`);
  // The public URL can be reached, because it is the server's own; the carrier cannot.
  await page.locator(".steps li.done", { hasText: "public URL" }).waitFor();
  await page.locator(".steps li", { hasText: "the carrier cannot be reached" }).waitFor();
  assert.equal(await page.locator(".steps li.done").count(), 2);
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await server.stop();
});
