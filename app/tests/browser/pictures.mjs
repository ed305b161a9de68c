// Pictures of every page for the documentation, by the real binary and browser: node pictures.mjs [FOLDER]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { OFFICE, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";

const folder = process.argv[2] ?? join(import.meta.dirname, "../../../docs/images");
mkdirSync(folder, { recursive: true });
const desk = await startDesk();
const browser = await startBrowser();
try {
  const page = await openPage(browser, desk);
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
  await take("feed", "/?tab=all");
  await take("attention", "/");
  await take("missed", "/?tab=missed");
  await page.locator(".caller").first().click();
  await page.getByLabel("New note").fill("Called back at ten; wants a quote for a new boiler.");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByLabel("New tag").fill("quote");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await take("call");
  await take("numbers", "/numbers?range=7d");
  await take("phone", "/phone");
  await take("flow", "/flow");
  await take("settings", "/settings");
  await page.getByLabel("Language").selectOption("fr");
  await page.getByRole("button", { name: "Save language" }).click();
  await take("feed-french", "/?tab=all");
  await take("numbers-french", "/numbers?range=7d");
  await page.goto(`${desk.url}/settings`);
  await page.getByLabel("Langue").selectOption("en");
  await page.getByRole("button", { name: "Enregistrer la langue" }).click();
  await page.emulateMedia({ colorScheme: "dark" });
  await take("feed-dark", "/?tab=all");
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
