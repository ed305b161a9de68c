// A feed below a path of the company's URL: the proxy strips the path, and the browser never requests anything outside it.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { openPage, PASSWORD, place, startBrowser, startDesk } from "./desk.mjs";

const PATH = "/office/desk";

let desk, browser, proxy, address;
const outside = [];

before(async () => {
  proxy = createServer((asked, answer) => {
    if (!asked.url.startsWith(`${PATH}/`)) {
      outside.push(asked.url);
      answer.writeHead(404).end();
      return;
    }
    const { hostname, port } = new URL(desk.url);
    const path = asked.url.slice(PATH.length);
    const onward = request({ hostname, port, path, method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    answer.on("close", () => onward.destroy());
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${proxy.address().port}${PATH}`;
  desk = await startDesk({ FRONTDESK__FEED__URL: address });
  browser = await startBrowser();
});
after(async () => { await browser?.close(); await desk?.stop(); proxy?.closeAllConnections(); proxy?.close(); });

test("people sign in, read, play, settle and sign out below the path", async () => {
  const page = await openPage(browser, { url: address });
  await page.goto(`${address}/?tab=all`);
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${address}/?tab=all`);
  await page.locator('#light[data-live="on"]').waitFor();

  await place(desk, [["--from", "+12025550188", "--name", "Bob Sample", "--press", "2"]]);
  const row = page.locator("tr.call", { hasText: "Bob Sample" }).first();
  await row.getByRole("button", { name: /^Play/ }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => audio.currentTime > 0.5));

  await row.getByRole("link", { name: /Bob Sample/ }).first().click();
  await page.waitForURL(new RegExp(`${PATH}/calls/[0-9A-Z]+$`));
  await page.getByLabel("New note").fill("Called back");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.locator(".note", { hasText: "Called back" }).waitFor();
  await page.goto(`${address}/`);
  await row.getByRole("button", { name: "Done" }).click();
  await page.locator("tr.call.handled", { hasText: "Bob Sample" }).waitFor();

  for (const link of ["/numbers", "/flow", "/outages", "/audit", "/settings"]) {
    await page.goto(`${address}${link}`);
    assert.equal(new URL(page.url()).pathname, `${PATH}${link}`);
  }
  await page.locator("details.account summary").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.waitForURL(`${address}/login**`);
  assert.deepEqual(page.problems, []);
  assert.deepEqual(outside, []);
});
