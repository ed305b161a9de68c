// Takes screenshots of every page for the documentation, with the real binary and browser: node pictures.mjs [FOLDER]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { OFFICE, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";

const folder = process.argv[2] ?? join(import.meta.dirname, "../../../docs/images");
mkdirSync(folder, { recursive: true });
const desk = await startDesk();
const browser = await startBrowser();
try {
  const page = await openPage(browser, desk, { viewport: { width: 1440, height: 900 } });
  const take = async (name, address) => {
    if (address) await page.goto(`${desk.url}${address}`);
    if (await page.locator("#light").count()) await page.locator('#light[data-live="on"]').waitFor();
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(name);
  };
  await page.goto(`${desk.url}/login`);
  await take("sign-in");
  await signIn(page, desk);
  await take("empty", "/");
  await place(desk, OFFICE);
  await page.goto(`${desk.url}/?tab=all`);
  await page.waitForFunction(() => !document.querySelector(".waiting"));
  // A contact and an assignment, as on a day at an office.
  await page.goto(`${desk.url}/contacts?caller=%2B33199000123`);
  await page.getByLabel("Name", { exact: true }).fill("Marie Durand");
  await page.getByLabel("Company", { exact: true }).fill("Durand SARL");
  await page.getByRole("button", { name: "Save contact" }).click();
  await page.goto(`${desk.url}/`);
  await page.locator('#light[data-live="on"]').waitFor();
  await page.locator("tr.call", { hasText: "+33 6 39" }).getByRole("button", { name: "Assign to me" }).click();
  await page.locator(".claimed").waitFor();
  await take("feed", "/");
  await take("attention", "/?tab=attention");
  await take("contacts", "/contacts");
  await take("missed", "/?tab=missed");
  await page.goto(`${desk.url}/`);
  await page.locator("tr.call", { hasText: "Bob Sample" }).locator(".caller").click();
  await page.locator("#panel:not([hidden])").waitFor();
  await page.getByLabel("New note").fill("Called back at ten; wants a quote for a new boiler.");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.locator("#panel .note", { hasText: "new boiler" }).waitFor();
  await page.getByLabel("New tag").fill("quote");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.locator("#panel .tag", { hasText: "quote" }).waitFor();
  await page.evaluate(() => document.getElementById("panel").scrollTo(0, 0));
  await take("call");
  await take("numbers", "/numbers?range=7d");
  await take("phone", "/phone");
  await take("flow", "/flow");
  await take("settings", "/settings");
  await page.getByLabel("Language").selectOption("fr");
  await page.getByRole("button", { name: "Save language" }).click();
  await take("feed-french", "/");
  await take("numbers-french", "/numbers?range=7d");
  await page.goto(`${desk.url}/settings`);
  await page.getByLabel("Langue").selectOption("en");
  await page.getByRole("button", { name: "Enregistrer la langue" }).click();
  await page.emulateMedia({ colorScheme: "dark" });
  await take("feed-dark", "/");
  await take("numbers-dark", "/numbers?range=7d");
  await page.setViewportSize({ width: 360, height: 780 });
  await take("mobile-dark", "/");
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${desk.url}/`);
  await page.locator(".player").first().scrollIntoViewIfNeeded();
  await take("mobile");
} finally {
  await browser.close();
  await desk.stop();
}
