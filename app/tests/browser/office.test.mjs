// A working day in the feed: dense rows, search, filters, several calls at once, the call panel, feedback for
// every action, contacts, notifications, and an installed app without a connection.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OFFICE, PASSWORD, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  await place(desk, [...OFFICE, ...OFFICE]);
});
after(async () => { await browser?.close(); await desk?.stop(); });

async function open(address, options) {
  const page = await openPage(browser, desk, options);
  await signIn(page, desk);
  if (address !== "/") await page.goto(`${desk.url}${address}`);
  await page.locator('#light[data-live="on"]').waitFor();
  return page;
}

async function close(page, expected = /^$/) {
  assert.deepEqual(page.problems.filter((problem) => !expected.test(problem)), []);
  await page.context().close();
}

const rowOf = (page, name) => page.locator("tr.call", { hasText: name }).first();
// A page is shown before it has loaded completely.
const rowsAre = (page, count) => page.waitForFunction((count) => document.querySelectorAll("tr.call").length === count, count);
const visibleRows = (page) => page.evaluate(() => {
  const bar = document.querySelector(".bar").getBoundingClientRect().bottom;
  return [...document.querySelectorAll("tr.call")].map((row) => row.getBoundingClientRect()).filter((row) => row.top >= bar && row.bottom <= innerHeight).map((row) => row.height);
});

test("a laptop shows at least twelve whole calls of 44 to 56 pixels, a phone two", async () => {
  const laptop = await open("/", { viewport: { width: 1440, height: 900 } });
  const rows = await visibleRows(laptop);
  assert.ok(rows.length >= 12, `${rows.length} rows`);
  assert.ok(rows.every((height) => height >= 44 && height <= 56), String(rows));
  const wrapped = await laptop.evaluate(() => [...document.querySelectorAll("#calls .number")].filter((number) => number.getClientRects().length > 1).length);
  assert.equal(wrapped, 0, "numbers never wrap");
  await close(laptop);
  const phone = await open("/", { viewport: { width: 360, height: 740 } });
  assert.ok((await visibleRows(phone)).length >= 2, String(await visibleRows(phone)));
  await phone.getByText("Menu", { exact: true }).click();
  await phone.getByRole("link", { name: "Statistics" }).click();
  await phone.getByRole("heading", { name: "Statistics" }).waitFor();
  await close(phone);
});

test("the bar and the heads of the columns stay visible, and the page one is on is marked", async () => {
  const page = await open("/", { viewport: { width: 1440, height: 600 } });
  await page.evaluate(() => scrollTo(0, 400));
  for (const part of ["header.bar", "#calls thead th.who"]) {
    const { y } = await page.locator(part).boundingBox();
    assert.ok(y >= 0 && y < 120, `${part} is at ${y}`);
  }
  assert.equal(await page.locator('nav.wide [aria-current="page"]').innerText(), "Calls");
  await page.goto(`${desk.url}/contacts`);
  assert.equal(await page.locator('nav.wide [aria-current="page"]').innerText(), "Contacts");
  await close(page);
});

test("filters apply when they are changed, and the address holds only what is set", async () => {
  const page = await open("/");
  await page.getByLabel("Outcome").selectOption("missed");
  await page.waitForURL(`${desk.url}/?outcome=missed`);
  assert.equal(await page.evaluate(() => document.activeElement.name), "outcome", "the focus stays where it was");
  await page.getByLabel("When").selectOption("today");
  await page.waitForURL(`${desk.url}/?range=today&outcome=missed`);
  await page.getByLabel("Search all calls").fill("carol");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=carol/);
  assert.equal(new URL(page.url()).searchParams.get("outcome"), "missed");
  await page.getByRole("link", { name: "Clear filters" }).first().click();
  await page.waitForURL(`${desk.url}/`);
  await page.goto(`${desk.url}/?tab=done&q=carol`);
  await page.getByRole("link", { name: "2 matches in All" }).first().click();
  await page.waitForURL(`${desk.url}/?q=carol`);
  await rowsAre(page, 2);
  await close(page);
});

test("several calls are marked done at once, and that is undone", async () => {
  const page = await open("/?tab=attention");
  const before = await page.locator("tr.call").count(); // Live updates are on, so the page is complete.
  assert.equal(await page.locator("#bulk").isVisible(), false);
  const boxes = page.locator("tr.call input[type=checkbox]");
  await boxes.nth(0).check();
  await boxes.nth(2).click({ modifiers: ["Shift"] });
  await page.getByText("3 calls selected").waitFor();
  await page.getByRole("button", { name: "Mark done" }).click();
  await page.locator(".toast", { hasText: "3 calls marked done" }).waitFor();
  await rowsAre(page, before - 3);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator(".toast", { hasText: "3 calls reopened" }).waitFor();
  await rowsAre(page, before);
  await page.locator("#pick-all").check();
  await page.getByLabel("Assign to", { exact: true }).selectOption("admin");
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await page.locator(".toast", { hasText: `${before} calls assigned to admin` }).waitFor();
  await page.locator("#filters select[name=assignee]").selectOption("admin");
  await page.waitForURL(/assignee=admin/);
  await rowsAre(page, before);
  await close(page);
});

test("a call that was marked done in its row is brought back with Undo", async () => {
  const page = await open("/?tab=attention");
  const row = rowOf(page, "+44 1632");
  const id = await row.getAttribute("id");
  await row.getByRole("button", { name: "Done" }).click();
  await page.locator(".toast", { hasText: "marked done" }).waitFor();
  await page.mouse.move(0, 0);
  await page.locator(`#${id}`).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator(`#${id}`).getByRole("button", { name: "Done" }).waitFor();
  await close(page);
});

test("taking a call, giving it back and reopening it are said, and each is undone", async () => {
  const page = await open("/");
  const row = rowOf(page, "+44 1632");
  const does = async (button, said, after) => {
    await row.hover();
    await row.getByRole("button", { name: button }).click();
    await page.locator(".toast", { hasText: said }).waitFor();
    await row.getByRole("button", { name: after }).waitFor({ state: "attached" });
  };
  await does("Assign to me", "assigned to you", "Unassign");
  await does("Unassign", "no longer assigned", "Assign to me");
  await does("Done", "marked done", "Reopen");
  await does("Reopen", "reopened", "Done");
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByRole("button", { name: "Reopen" }).waitFor({ state: "attached" });
  await does("Reopen", "reopened", "Done");
  await close(page);
});

test("a session that has ended and a server that is away are reported in the row, with the remedy", async () => {
  const page = await open("/?tab=attention");
  const row = rowOf(page, "Carol Test");
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await row.getByRole("button", { name: "Done" }).click();
  const alert = row.getByRole("alert");
  await alert.getByText("your session has ended").waitFor();
  assert.match(await alert.getByRole("link", { name: "Sign in" }).getAttribute("href"), /\/login\?next=%2F%3Ftab%3Dattention$/);
  await page.context().addCookies(cookies);
  await page.route("**/work", (route) => route.abort());
  await row.getByRole("button", { name: "Done" }).click();
  await alert.getByText("can’t be reached").waitFor();
  await page.unroute("**/work");
  await page.route("**/work", (route) => route.fulfill({ status: 503, body: "" }));
  await row.getByRole("button", { name: "Done" }).click();
  await alert.getByText("the server has a problem").waitFor();
  await page.unroute("**/work");
  await row.getByRole("button", { name: "Done" }).click();
  await page.locator(".toast", { hasText: "marked done" }).waitFor();
  await close(page, /401|503|ERR_FAILED|Failed to (load|fetch)/);
});

test("a call opens beside the list at its own address, is worked on there, and Escape goes back", async () => {
  const page = await open("/");
  await page.evaluate(() => { window.notReloaded = true; });
  await rowOf(page, "Bob Sample").locator(".caller").click();
  const panel = page.locator("#panel");
  await panel.getByRole("heading", { name: /Bob Sample/ }).waitFor();
  assert.match(new URL(page.url()).pathname, /^\/calls\//);
  await panel.getByText(/^Voicemail: Recording received/).waitFor();
  await panel.getByLabel("New note").fill("Wants a boiler");
  await panel.getByRole("button", { name: "Add note" }).click();
  await page.locator(".toast", { hasText: "Note added" }).waitFor();
  await panel.locator(".note", { hasText: "Wants a boiler" }).waitFor();
  await panel.getByLabel("New tag").fill("boiler");
  await panel.getByRole("button", { name: "Add tag" }).click();
  await panel.getByRole("link", { name: "boiler" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  assert.match(await page.title(), /Calls/, "the list's title is back");
  await rowOf(page, "Bob Sample").locator(".tag", { hasText: "boiler" }).waitFor();
  assert.equal(page.url(), `${desk.url}/`);
  await page.goBack();
  await panel.getByRole("heading", { name: /Bob Sample/ }).waitFor();
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  const address = page.url();
  await page.goto(address);
  await page.getByRole("heading", { name: /Bob Sample/ }).waitFor();
  await close(page);
});

test("shortcuts work on a call's page, and going back leads to its row", async () => {
  const page = await open("/", { viewport: { width: 1000, height: 700 } });
  const row = page.locator("tr.call").nth(4);
  const id = await row.getAttribute("id");
  await row.locator(".caller").click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.locator("html[data-keys=ready]").waitFor();
  await page.keyboard.press("n");
  assert.equal(await page.evaluate(() => document.activeElement.id), "note");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.waitForFunction((id) => !location.pathname.endsWith(id), id.replace("call-", ""));
  await page.goBack();
  await page.locator("html[data-keys=ready]").waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL(`${desk.url}/`);
  assert.equal(await page.evaluate(() => document.activeElement.id), id);
  await close(page);
});

test("a caller is named from a row, is found under the name, and the callee hears it", async () => {
  const page = await open("/");
  await rowOf(page, "+33 1 99").hover();
  await rowOf(page, "+33 1 99").getByRole("link", { name: /^Add .* to contacts/ }).click();
  await page.getByLabel("Name", { exact: true }).fill("Marie Durand");
  await page.getByLabel("Company", { exact: true }).fill("Durand SARL");
  await page.getByRole("button", { name: "Save contact" }).click();
  await page.locator(".toast", { hasText: "Contact “Marie Durand” saved" }).waitFor();
  await page.goto(`${desk.url}/?q=durand`);
  await rowsAre(page, 2);
  assert.match(await page.locator("tr.call").first().innerText(), /Marie Durand\s+\+33 1 99 00 01 23 Durand SARL/);
  const { said } = await desk.call("--from", "+33199000123", "--press", "1");
  assert.match(said, /You have a call from Marie Durand/);
  await page.goto(`${desk.url}/contacts`);
  await page.locator("#file").setInputFiles({ name: "book.csv", mimeType: "text/csv", buffer: Buffer.from("Nom;Téléphone\nZo\xe9;+33633333333\n", "latin1") });
  await page.waitForFunction(() => document.querySelector("#import textarea").value.includes("Zoé"));
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByRole("cell", { name: "+33 6 33 33 33 33" }).waitFor();
  await close(page);
});

test("whoever wants it is notified of missed calls and messages in an open tab", async () => {
  const page = await open("/", { permissions: ["notifications"] });
  await page.evaluate(() => {
    window.shown = [];
    window.Notification = class extends EventTarget {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title, { body }) { super(); window.shown.push(`${title}: ${body}`); }
    };
  });
  await desk.call("--from", "+12025550199", "--name", "Too Early", "--press", "2");
  await rowOf(page, "Too Early").locator(".play").waitFor();
  await page.getByRole("button", { name: /^Notifications on this device/ }).click();
  await page.locator(".toast", { hasText: "Notifications are on" }).waitFor();
  await desk.call("--from", "+12025550198", "--name", "Dan Missed", "--press", "1", "--callee", "no-answer", "--no-message");
  await page.waitForFunction(() => window.shown.length === 1);
  assert.deepEqual(await page.evaluate(() => window.shown), ["Missed: Dan Missed: nobody answered, no message"]);
  const all = (await desk.calls()).length;
  await page.locator("#found", { hasText: `${all} calls` }).waitFor();
  await page.getByRole("button", { name: /^Notifications on this device/ }).click();
  await page.locator(".toast", { hasText: "Notifications are off" }).waitFor();
  await close(page);
});

test("the app can be installed, and says so when there is no connection", async () => {
  const page = await open("/");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const session = await page.context().newCDPSession(page);
  const { errors, url } = await session.send("Page.getAppManifest");
  assert.deepEqual([errors, url], [[], `${desk.url}/static/app.webmanifest`]);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => !/incognito/.test(errorId)), []);
  await page.context().setOffline(true);
  await page.goto(`${desk.url}/contacts`);
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await page.context().setOffline(false);
  await page.goto(`${desk.url}/contacts`);
  await page.getByRole("heading", { name: "Contacts" }).waitFor();
  await close(page, /ERR_INTERNET_DISCONNECTED|ERR_FAILED|fetch/);
});

test("closing asks first, every page says so, and what was refused keeps its values", async () => {
  const page = await open("/");
  await page.goto(`${desk.url}/flow`);
  await page.getByLabel("Message to callers").fill("We are at a wedding.");
  await page.getByLabel("Closed until").fill("2020-01-01T10:00");
  await page.getByRole("button", { name: "Close until then" }).click();
  await page.getByRole("alert").getByText("That time has passed").waitFor();
  assert.equal(await page.getByLabel("Message to callers").inputValue(), "We are at a wedding.");
  await page.getByRole("button", { name: "Close for 1 hour" }).click();
  await page.getByRole("heading", { name: /^Close the company until/ }).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.locator(".toast", { hasText: "Closed until" }).waitFor();
  await page.goto(`${desk.url}/contacts`);
  await page.getByText(/^Temporarily closed until/).waitFor();
  await page.getByRole("button", { name: "Reopen" }).click();
  await page.locator(".toast", { hasText: "Open again" }).waitFor();
  assert.equal(await page.getByText(/^Temporarily closed until/).count(), 0);
  await close(page, /422/);
});

test("without scripts several calls are assigned, searched and undone", async () => {
  const page = await openPage(browser, desk, { javaScriptEnabled: false });
  await page.goto(`${desk.url}/login`);
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Search all calls").fill("carol");
  await page.getByRole("button", { name: "Search" }).click();
  assert.equal(new URL(page.url()).search, "?q=carol");
  await page.locator("tr.call input[type=checkbox]").first().check();
  await page.getByRole("button", { name: "Mark done" }).click();
  await page.locator(".toast", { hasText: "Call marked done" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator(".toast", { hasText: "Call reopened" }).waitFor();
  await close(page);
});
