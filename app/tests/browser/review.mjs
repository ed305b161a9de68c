import { mkdirSync } from "node:fs";
import { OFFICE, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";
const folder = process.argv[2] ?? "/tmp/shots";
mkdirSync(folder, { recursive: true });
const desk = await startDesk();
const browser = await startBrowser();
try {
  await place(desk, [...OFFICE, ...OFFICE]);
  const page = await openPage(browser, desk, { viewport: { width: 1440, height: 900 } });
  await signIn(page, desk);
  const take = async (name, address) => {
    if (address) await page.goto(`${desk.url}${address}`);
    if (await page.locator("#light").count()) await page.locator('#light[data-live="on"]').waitFor().catch(() => console.log("not live"));
    await page.screenshot({ path: `${folder}/${name}.png` });
    const { wide, rows } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth > innerWidth, rows: [...document.querySelectorAll("tr.call")].map((r) => r.getBoundingClientRect()).filter((b) => b.bottom <= innerHeight && b.top > 0).map((b) => Math.round(b.height)) }));
    console.log(name, wide ? "TOO WIDE" : "", rows.length, rows.join(","));
  };
  await take("feed", "/");
  await page.locator("tr.call").nth(2).hover();
  await take("hover");
  await page.locator("tr.call .caller").nth(3).click();
  await page.locator("#panel:not([hidden])").waitFor();
  await take("panel");
  await page.keyboard.press("Escape");
  await take("attention", "/?tab=attention");
  await take("filtered", "/?q=ann&tab=missed");
  const call = (await desk.calls())[0].id;
  await take("call", `/calls/${call}`);
  for (const [name, address] of [["contacts", "/contacts"], ["flow", "/flow"], ["settings", "/settings"], ["numbers", "/numbers"], ["audit", "/audit"], ["outages", "/outages"], ["phone", "/phone"]]) await take(name, address);
  await page.setViewportSize({ width: 1180, height: 800 });
  await take("feed-1180", "/");
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [name, address] of [["m-feed", "/"], ["m-call", `/calls/${call}`], ["m-contacts", "/contacts"], ["m-flow", "/flow"], ["m-audit", "/audit"], ["m-numbers", "/numbers"]]) await take(name, address);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  await take("dark", "/");
  console.log(page.problems);
} finally { await browser.close(); await desk.stop(); }
