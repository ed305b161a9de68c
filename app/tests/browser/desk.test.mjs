// What only a browser can test: sign in, call from the page, see the row arrive, play the message.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OFFICE, listed, openPage, place, signIn, startBrowser, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => { desk = await startDesk(); browser = await startBrowser(); });
after(async () => { await browser?.close(); await desk?.stop(); });

test("a guest is led to the sign-in page and back to where they wanted to go", async () => {
  const page = await openPage(browser, desk);
  await page.goto(`${desk.url}/phone`);
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await assert.doesNotReject(page.getByRole("alert").waitFor());
  await page.getByLabel("Password").fill("a password for tests");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${desk.url}/phone`);
  await page.context().close();
});

test("a message left on the page's phone appears in the feed without reloading, and plays", async () => {
  const page = await openPage(browser, desk);
  await signIn(page, desk);
  const feed = await page.context().newPage();
  await feed.goto(`${desk.url}/?tab=all`);
  await feed.locator('#light[data-live="on"]').waitFor();
  await feed.evaluate(() => { window.notReloaded = true; });

  await page.goto(`${desk.url}/phone`);
  await page.locator('#light[data-live="on"]').waitFor();
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.locator("#line li", { hasText: "To speak to somebody, press 1" }).waitFor();
  await feed.locator(".pill", { hasText: "In menu" }).waitFor();
  await page.locator('.key[data-key="2"]').click();
  await page.locator("#message:not([disabled])").waitFor({ timeout: 20000 });
  await page.getByRole("button", { name: "or send a sample message" }).click();
  await page.locator("#line li", { hasText: "Call ended after" }).waitFor();

  const row = feed.locator("tr.voicemail").first();
  await row.locator(".play").waitFor();
  assert.match(await row.innerText(), /Voicemail/);
  assert.match(await row.innerText(), /simulated/);
  assert.equal(await feed.evaluate(() => window.notReloaded), true, "the page was not reloaded");
  const played = await row.locator("audio").evaluate(async (audio) => {
    await audio.play();
    await new Promise((resolve) => audio.addEventListener("timeupdate", () => audio.currentTime > 0.2 && resolve()));
    return { duration: audio.duration, at: audio.currentTime };
  });
  assert.ok(played.duration > 2.9 && played.at > 0, JSON.stringify(played));
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

// Presses 2 on the page's phone, waits for the tone, leaves a message with `leave`, and returns the stored call.
async function leaveMessage(page, leave) {
  await page.goto(`${desk.url}/phone`);
  const before = (await desk.calls()).length;
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.locator('.key[data-key="2"]:not([disabled])').click();
  await page.locator("#message:not([disabled])").waitFor({ timeout: 20000 });
  await leave();
  await page.locator("#line li", { hasText: "Call ended after" }).waitFor();
  const calls = await desk.calls();
  assert.equal(calls.length, before + 1);
  await page.locator(`#call-${calls[0].id} .play`).waitFor();
  return calls[0];
}

test("a message is picked as a file and comes back byte for byte", async () => {
  const page = await openPage(browser, desk);
  await signIn(page, desk);
  const samples = Buffer.alloc(16000, 128);
  const header = Buffer.from("RIFF....WAVEfmt ....................data....", "latin1");
  header.writeUInt32LE(36 + samples.length, 4);
  header.writeUInt32LE(16, 16);
  [[1, 20], [1, 22], [1, 32], [8, 34]].forEach(([value, at]) => header.writeUInt16LE(value, at));
  [[8000, 24], [8000, 28], [samples.length, 40]].forEach(([value, at]) => header.writeUInt32LE(value, at));
  const wav = Buffer.concat([header, samples]);
  const call = await leaveMessage(page, () => page.locator("#file").setInputFiles({ name: "m.wav", mimeType: "audio/wav", buffer: wav }));
  assert.deepEqual(await desk.audio(call), wav);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a message is recorded with the microphone", async () => {
  const page = await openPage(browser, desk, { permissions: ["microphone"] });
  await signIn(page, desk);
  const call = await leaveMessage(page, async () => {
    await page.locator("#record").click();
    await page.getByRole("button", { name: "Stop and send" }).waitFor();
    // A microphone records in real time: this is the length of the message, not a wait for something.
    await page.waitForTimeout(1500);
    await page.getByRole("button", { name: "Stop and send" }).click();
  });
  const wav = await desk.audio(call);
  assert.equal(wav.subarray(0, 4).toString(), "RIFF");
  assert.ok(wav.length > 8000 && wav.subarray(44).some((byte) => byte !== 0), "the recording is not silent");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("caller and callee talk on the page, and the call page explains why it counts as answered", async () => {
  const page = await openPage(browser, desk);
  await signIn(page, desk);
  await page.goto(`${desk.url}/phone`);
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.locator('.key[data-key="1"]:not([disabled])').click();
  await page.locator("#answer:not([disabled])").click({ timeout: 20000 });
  await page.locator('.callee-key[data-key="1"]:not([disabled])').click({ timeout: 20000 });
  await page.locator("#line li", { hasText: "are connected" }).waitFor();
  await page.locator("tr.call .pill", { hasText: "In call" }).waitFor();
  await page.locator("#hang-up").click();
  await page.locator("#line li", { hasText: "Call ended after" }).waitFor();
  const row = page.locator("tr.answered").first();
  await row.waitFor();
  await row.locator("a.caller").click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  assert.ok((await page.locator("li.proof").count()) >= 2, "the proof is marked");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("names that hold markup are text, on every page", async () => {
  const name = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
  await desk.call("--press", "2", "--name", name);
  const page = await openPage(browser, desk);
  await signIn(page, desk);
  const row = page.locator("tr.call").first();
  assert.match(await row.innerText(), /<img src=x/);
  await row.locator("a.caller").click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  assert.doesNotMatch(await page.title(), /run/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("without JavaScript people sign in, read and filter", async () => {
  const page = await openPage(browser, desk, { javaScriptEnabled: false });
  await signIn(page, desk);
  await listed(page);
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByLabel("Outcome").selectOption("answered");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/[?&]outcome=answered/);
  await listed(page);
  assert.equal(await page.locator("tr.call:not(.answered)").count(), 0);
  await page.getByLabel("Search all calls").fill("no such number");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("No calls match these filters").waitFor();
  await page.context().close();
});

test("the feed fits a phone", async () => {
  const page = await openPage(browser, desk, { viewport: { width: 320, height: 700 } });
  await signIn(page, desk);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wider, false, "nothing is wider than the screen");
  await page.context().close();
});

test("a day at the office is all there", async () => {
  const office = await startDesk();
  try {
    await place(office, OFFICE);
    const page = await openPage(browser, office);
    await signIn(page, office);
    await page.goto(`${office.url}/?tab=all`);
    await page.locator('#light[data-live="on"]').waitFor();
    await page.locator("tr.call .play").nth(2).waitFor();
    assert.equal(await listed(page, OFFICE.length), OFFICE.length);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  } finally {
    await office.stop();
  }
});
