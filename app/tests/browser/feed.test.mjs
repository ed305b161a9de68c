// The feed as an office uses it: live updates, playback, follow-up, keyboard, small screens, two users at once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import { OFFICE, PASSWORD, listed, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let desk, browser;
before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  await place(desk, OFFICE.slice(0, 5));
});
after(async () => { await browser?.close(); await desk?.stop(); });

async function open(address, options) {
  const page = await openPage(browser, desk, options);
  await signIn(page, desk);
  await page.goto(`${desk.url}${address}`);
  if (options?.javaScriptEnabled !== false) await page.locator('#light[data-live="on"]').waitFor();
  return page;
}

async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}

const rowOf = (page, name) => page.locator("tr.call", { hasText: name }).first();

test("a message plays in the feed, shows who played it, and resumes where it stopped", async () => {
  const page = await open("/?tab=attention");
  const row = rowOf(page, "Bob Sample");
  await row.locator(".unplayed").waitFor();
  assert.equal(await row.locator(".message-length").getAttribute("title"), "3 s of speech in 3 s");
  assert.equal(await row.locator(".time").innerText(), "0:03");
  const stood = (await row.locator(".play").boundingBox()).x;
  await row.getByRole("button", { name: /^Speed/ }).click();
  assert.equal(await row.getByRole("button", { name: "Speed 1.5" }).innerText(), "1.5×");
  await row.getByRole("button", { name: /^Play/ }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => audio.currentTime > 0.5));
  assert.equal(await row.locator("audio").evaluate((audio) => audio.playbackRate), 1.5);
  assert.equal((await row.locator(".play").boundingBox()).x, stood, "the layout does not move during playback");
  await row.getByRole("button", { name: /^Pause/ }).click();
  const left = await row.locator("audio").evaluate((audio) => audio.currentTime);
  await page.reload();
  await rowOf(page, "Bob Sample").getByRole("button", { name: /^Play/ }).click();
  await page.waitForFunction((left) => [...document.querySelectorAll("audio")].some((audio) => audio.currentTime >= left), left);
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => audio.ended));
  await rowOf(page, "Bob Sample").locator(".unplayed").waitFor({ state: "detached" });
  await page.reload();
  await rowOf(page, "Bob Sample").getByText("played by admin").waitFor();
  const seek = rowOf(page, "Bob Sample").getByRole("slider");
  assert.match(await seek.getAttribute("aria-label"), /Bob Sample/);
  await close(page);
});

test("somebody moves to a place in a message before it was ever played", async () => {
  const page = await open("/?tab=all");
  const row = rowOf(page, "+33 1 99");
  await row.getByRole("slider").fill("500");
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => Math.abs(audio.currentTime - audio.duration / 2) < 0.1));
  await row.getByRole("button", { name: /^Play/ }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => audio.currentTime > audio.duration * 0.6));
  await close(page);
});

test("two people see each other's changes, and a decision on an old state is refused in words", async () => {
  const ann = await open("/?tab=attention");
  const bob = await open("/?tab=attention");
  await bob.getByRole("button", { name: "Pause", exact: true }).click();
  await rowOf(ann, "+33 6 39").getByRole("button", { name: "Assign to me" }).click();
  await rowOf(ann, "+33 6 39").getByText("Assigned to admin").waitFor();
  await rowOf(bob, "+33 6 39").getByRole("button", { name: "Done" }).click();
  await rowOf(bob, "+33 6 39").getByRole("alert").getByText("Someone else just changed this call").waitFor();
  bob.problems = bob.problems.filter((problem) => !problem.includes("409"));
  assert.match(await rowOf(bob, "+33 6 39").innerText(), /Assigned to admin/, "the row shows the current state");
  await bob.getByRole("button", { name: "Resume" }).click();
  await bob.mouse.move(0, 0);
  await rowOf(ann, "+33 6 39").getByRole("button", { name: "Done" }).click();
  await rowOf(bob, "+33 6 39").waitFor({ state: "detached" });
  assert.match(await ann.title(), /^\(\d\) Calls/);
  await close(ann);
  await close(bob);
});

test("the keyboard is enough, and its single keys can be turned off", async () => {
  const page = await open("/?tab=all");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.locator("tr.call").nth(1).getAttribute("id");
  assert.equal(await page.locator("tr.current").getAttribute("id"), second);
  await page.keyboard.press("k");
  await page.keyboard.press("?");
  await page.locator("#help[open]").waitFor();
  await page.getByLabel("Enable keyboard shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  assert.notEqual(await page.locator("tr.current").getAttribute("id"), second, "turned off");
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.keyboard.press("/");
  await page.keyboard.type("je");
  assert.equal(await page.locator("#search").inputValue(), "je", "keys are typed, not taken as shortcuts");
  await page.keyboard.press("Enter");
  await page.getByText("No calls match these filters").waitFor();
  await page.goto(`${desk.url}/?tab=all`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.goto(`${desk.url}/?tab=all`);
  await page.keyboard.press("j");
  await page.keyboard.press("n");
  await page.waitForURL(/#note$/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "note", "the note field has the focus");
  await close(page);
});

// A proxy between the browser and the server whose connections can be cut.
async function cable() {
  const { port } = new URL(desk.url);
  const sockets = new Set();
  let cut = false;
  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(Number(port), "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]]) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => {}).on("close", () => { sockets.delete(one); other.destroy(); });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, cut: () => { cut = true; sockets.forEach((socket) => socket.destroy()); }, mend: () => { cut = false; }, close: () => { sockets.forEach((socket) => socket.destroy()); server.close(); } };
}

test("what was missed while the connection was lost is there when it is back", async () => {
  const line = await cable();
  try {
    const page = await openPage(browser, line);
    await signIn(page, line);
    await page.goto(`${line.url}/?tab=all`);
    await page.locator('#light[data-live="on"]').waitFor();
    line.cut();
    await page.locator('#light[data-live="off"]', { hasText: "Reconnecting" }).waitFor();
    await desk.call("--from", "+12025550111", "--name", "Lost Meanwhile", "--press", "2");
    assert.equal(await page.locator("tr.call", { hasText: "Lost Meanwhile" }).count(), 0);
    line.mend();
    await rowOf(page, "Lost Meanwhile").waitFor();
    await page.locator('#light[data-live="on"]').waitFor();
    page.problems = page.problems.filter((problem) => !/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|network|fetch/i.test(problem));
    await close(page);
  } finally {
    line.close();
  }
});

test("fifty calls come in while a message plays: it plays on, and the page does not jump", async () => {
  const page = await open("/?tab=all");
  const row = rowOf(page, "Lost Meanwhile");
  // It plays in a loop; starting again does not count as a stop.
  await row.locator("audio").evaluate((audio) => { audio.loop = true; });
  await row.getByRole("button", { name: /^Play/ }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].some((audio) => audio.currentTime > 0.1));
  await page.evaluate(() => {
    const audio = [...document.querySelectorAll("audio")].find((each) => !each.paused);
    window.stops = 0;
    for (const stop of ["pause", "waiting", "stalled", "emptied"]) audio.addEventListener(stop, () => { window.stops += audio.seeking ? 0 : 1; });
    document.body.style.minHeight = "3000px";
    scrollTo(0, 300);
    window.stood = audio.closest("tr").getBoundingClientRect().top;
  });
  await Promise.all(Array.from({ length: 10 }, async (_, caller) => {
    for (let n = 0; n < 5; n += 1) {
      const { code, said } = await desk.call("--from", `+1202555${1000 + caller * 10 + n}`, "--press", n % 2 ? "2" : "1");
      assert.equal(code, 0, said);
    }
  }));
  await page.locator("#fresh", { hasText: "50 new calls" }).waitFor();
  const seen = await page.evaluate(() => {
    const audio = [...document.querySelectorAll("audio")].find((each) => !each.paused);
    return { playing: Boolean(audio), stops: window.stops, moved: Math.round(audio.closest("tr").getBoundingClientRect().top - window.stood) };
  });
  assert.deepEqual(seen, { playing: true, stops: 0, moved: 0 });
  await page.locator("#fresh").click();
  assert.equal(await listed(page, 56), 56);
  await close(page);
});

test("a page that stays open keeps to its size", async () => {
  const page = await open("/?tab=all");
  await page.waitForFunction(() => !document.querySelector(".waiting"));
  const size = async () => {
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    return { heap: usedSize, nodes: await page.evaluate(() => document.querySelectorAll("*").length) };
  };
  // An hour of a busy office: each row is replaced about a hundred times.
  const replay = (times) => page.evaluate(async (times) => {
    const feed = document.getElementById("feed");
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const rows = [...page.querySelectorAll("tr.call")];
    for (let n = 0; n < times; n += 1) {
      const row = rows[n % rows.length];
      const data = JSON.stringify({ id: row.dataset.id, row: row.outerHTML.replace(/total <b>[^<]*/, `total <b>${n}`), day: row.dataset.day, label: "", fits: true });
      feed.dispatchEvent(new CustomEvent("call", { detail: { data } }));
    }
  }, times);
  await replay(500);
  const before = await size();
  await replay(5000);
  const after = await size();
  assert.equal(after.nodes, before.nodes);
  assert.ok(after.heap < before.heap * 1.3 + 500_000, JSON.stringify({ before, after }));
  await close(page);
});

test("older calls follow on demand, with and without scripts", async () => {
  const page = await open("/?tab=all");
  const before = await listed(page, 50);
  assert.equal(before, 50);
  await page.getByRole("link", { name: "Older calls" }).click();
  await page.waitForFunction((before) => document.querySelectorAll("tr.call").length > before, before);
  assert.equal(await page.locator("tr.day").count(), 1, "the day's heading is there once");
  const ids = await page.locator("tr.call").evaluateAll((rows) => rows.map((row) => row.dataset.id));
  assert.deepEqual(ids, [...new Set(ids)].sort().reverse());
  await close(page);
  const plain = await open("/?tab=all", { javaScriptEnabled: false });
  await plain.getByRole("link", { name: "Older calls" }).click();
  await plain.waitForURL(/[?&]cursor=/);
  await listed(plain, 6);
  const player = plain.locator("audio[controls]").first();
  await player.scrollIntoViewIfNeeded();
  const { x, y, height } = await player.boundingBox();
  const played = plain.waitForResponse((response) => response.url().endsWith("/voicemail") && response.status() < 300);
  await plain.mouse.click(x + height / 2, y + height / 2);
  assert.match((await played).headers()["content-type"], /^audio\//, "the browser's own player plays it");
  await close(plain);
});

test("without scripts somebody settles a call and notes why", async () => {
  const page = await open("/?tab=attention", { javaScriptEnabled: false });
  const row = page.locator(`#${await page.locator("tr.call").first().getAttribute("id")}`);
  await row.getByRole("button", { name: "Done" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Done", exact: true }).click();
  await page.locator("tr.call .caller").first().click();
  await page.getByLabel("New note").fill("Called back, all well");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByText("Called back, all well").waitFor();
  await page.getByLabel("New tag").fill("Boiler");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByRole("link", { name: "boiler" }).click();
  await page.waitForURL(/[?&]tag=boiler/);
  assert.equal(await listed(page), 1);
  await close(page);
});

test("a view is saved, found again and forgotten, and its export is what it shows", async () => {
  const page = await open("/?tab=voicemail&q=boiler");
  await page.getByLabel("Name of this view").fill("Boilers");
  await page.getByRole("button", { name: "Save this view" }).click();
  await page.goto(`${desk.url}/`);
  await page.getByRole("navigation", { name: "Saved views" }).getByRole("link", { name: "Boilers" }).click();
  await page.waitForURL((url) => url.search === "?tab=voicemail&q=boiler");
  const rows = await listed(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Voicemails (ZIP)" }).click()]);
  const names = execFileSync("python3", ["-m", "zipfile", "-l", await download.path()], { encoding: "utf8" });
  assert.equal(names.split("\n").filter((line) => line.includes(".wav")).length, rows, names);
  await page.getByRole("button", { name: "Delete view Boilers" }).click();
  await page.locator(".toast", { hasText: "View “Boilers” deleted" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Boilers" }).count(), 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "Boilers" }).waitFor();
  await close(page);
});

test("an admin adds a user, who chooses French and reads every page in it", async () => {
  const ann = await open("/?tab=attention");
  await ann.goto(`${desk.url}/settings`);
  const add = ann.locator("form", { has: ann.getByRole("heading", { name: "Add user" }) });
  await add.getByLabel("Name", { exact: true }).fill("Zoé");
  await add.getByLabel("New password").fill("bien assez long");
  await add.getByRole("button").click();
  await ann.getByRole("button", { name: "Remove Zoé" }).waitFor();
  await ann.getByLabel("Purpose").fill("crm");
  await ann.getByLabel("read calls and statistics").check();
  await ann.getByRole("button", { name: "Create token" }).click();
  assert.match(await ann.locator(".made code").innerText(), /^fd_[0-9a-f]{64}$/);
  const zoe = await openPage(browser, desk);
  await zoe.goto(`${desk.url}/login`);
  await zoe.getByLabel("Name").fill("Zoé");
  await zoe.getByLabel("Password").fill("bien assez long");
  await zoe.getByRole("button", { name: "Sign in" }).click();
  await zoe.goto(`${desk.url}/settings`);
  assert.equal(await zoe.getByRole("heading", { name: "Users" }).count(), 0);
  await zoe.getByLabel("Language").selectOption("fr");
  await zoe.getByRole("button", { name: "Save language" }).click();
  await zoe.getByRole("heading", { name: "Réglages" }).waitFor();
  await zoe.goto(`${desk.url}/?tab=all`);
  await zoe.locator('#light[data-live="on"]', { hasText: "En direct" }).waitFor();
  await desk.call("--from", "+12025550177", "--name", "En Direct", "--press", "2");
  await rowOf(zoe, "En Direct").locator("audio").waitFor({ state: "attached" });
  assert.match(await rowOf(zoe, "En Direct").innerText(), /Message vocal\s+l’appelant voulait laisser un message/);
  await rowOf(zoe, "En Direct").getByRole("button", { name: /^Écouter : Message de En Direct/ }).waitFor();
  await close(zoe);
  await ann.getByRole("button", { name: "Remove Zoé" }).click();
  await ann.getByRole("heading", { name: "Remove the user “Zoé”?" }).waitFor();
  await ann.getByRole("button", { name: "Remove user" }).click();
  await ann.locator(".toast", { hasText: "User “Zoé” removed" }).waitFor();
  assert.equal(await ann.getByRole("button", { name: "Remove Zoé" }).count(), 0);
  await close(ann);
});

test("a first load weighs at most 60 kB", async () => {
  // The page's session does not count what a service worker fetches.
  const page = await openPage(browser, desk, { serviceWorkers: "block" });
  await signIn(page, desk);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.goto(`${desk.url}/?tab=all`);
  await page.locator('#light[data-live="on"]').waitFor();
  console.log(`first load of the feed with 50 rows: ${bytes} bytes`);
  assert.ok(bytes > 10_000 && bytes <= 60_000, `${bytes} bytes`);
  await close(page);
});

test("axe finds nothing serious on any page, light and dark, wide and narrow", async () => {
  const id = (await desk.calls())[0].id;
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const [viewport, locale] of [[{ width: 1440, height: 900 }, "en"], [{ width: 360, height: 740 }, "fr"], [{ width: 320, height: 700 }, "en"]]) {
      const page = await openPage(browser, desk, { colorScheme, viewport, locale, bypassCSP: true });
      await page.goto(`${desk.url}/login`);
      const check = async (address) => {
        if (address) await page.goto(`${desk.url}${address}`);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
        const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wider) found.push(`${address} is wider than ${viewport.width}`);
        for (const { id, impact, nodes } of violations) found.push(`${address} ${colorScheme} ${viewport.width}: ${id} (${impact}) ${nodes.slice(0, 2).map((node) => node.html.slice(0, 200)).join(" | ")}`);
      };
      await check();
      await page.locator('[name="name"]').fill("admin");
      await page.locator('[name="password"]').fill(PASSWORD);
      await page.locator("form button").first().click();
      await page.waitForURL(`${desk.url}/`);
      for (const address of ["/", "/?tab=all", "/?tab=all&q=nothing", "/?tab=all&reason=busy&tag=x", `/calls/${id}`, "/numbers", "/numbers?range=today", "/phone", "/contacts", "/flow", "/outages", "/audit", "/settings", "/offline", "/calls/none", "/api/docs", "/problems/stale-version"]) {
        await check(address);
      }
      await page.context().close();
    }
  }
  assert.deepEqual(found, []);
});
