// Sign-in at a real identity provider (oidc-provider, which is certified), with its own pages.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";

import { openPage, startBrowser, startDesk } from "./desk.mjs";

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A server and an OpenID Connect provider. A user X of the provider has the address X@example.com.
async function startBoth(t, settings = {}) {
  const [deskPort, providerPort] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${providerPort}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "frontdesk", client_secret: "a secret of the desk", redirect_uris: [`http://127.0.0.1:${deskPort}/login/return`] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: !id.startsWith("new") }) }),
    conformIdTokenClaims: false,
    cookies: { keys: ["a key for tests"] },
  });
  const server = createServer(provider.callback()).listen(providerPort, "127.0.0.1");
  const desk = await startDesk({
    FRONTDESK__FEED__URL: `http://127.0.0.1:${deskPort}`,
    FRONTDESK__AUTH__OIDC__ISSUER: issuer,
    FRONTDESK__AUTH__OIDC__CLIENT_ID: "frontdesk",
    FRONTDESK__AUTH__OIDC__CLIENT_SECRET: "a secret of the desk",
    ...settings,
  }, `127.0.0.1:${deskPort}`);
  t.after(async () => { await desk.stop(); server.closeAllConnections(); server.close(); });
  return { desk, issuer, server };
}

async function signInThere(page, both, name, path = "/") {
  await page.goto(`${both.desk.url}${path}`);
  await page.getByRole("link", { name: /Sign in with 127/ }).click();
  await page.waitForURL(`${both.issuer}/**`);
  await page.locator("[name=login]").fill(name);
  await page.locator("[name=password]").fill("any password");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: /continue/i }).click();
  await page.waitForURL(`${both.desk.url}/**`);
}

// The provider's pages request web fonts, which do not matter here.
async function anyPage(desk) {
  const page = await openPage(browser, desk);
  await page.context().route(/googleapis|gstatic/, (route) => route.abort());
  return page;
}

test("somebody signs in at the provider and comes back to the page they wanted", { timeout: 60_000 }, async (t) => {
  const both = await startBoth(t, { FRONTDESK__AUTH__NEWCOMERS: "reader", FRONTDESK__AUTH__OIDC__DOMAINS: "example.com" });
  const page = await anyPage(both.desk);
  await signInThere(page, both, "ann", "/numbers?range=30d");
  await page.waitForURL(`${both.desk.url}/numbers?range=30d`);
  await page.getByText("ann@example.com").first().waitFor();
  await page.goto(`${both.desk.url}/`);
  assert.equal(await page.getByRole("link", { name: "Sign in with" }).count(), 0, "the user is still signed in");
});

test("a user without access and an unverified address are refused", { timeout: 60_000 }, async (t) => {
  const both = await startBoth(t);
  const page = await anyPage(both.desk);
  await signInThere(page, both, "ann");
  await page.getByRole("alert").getByText("You don't have access yet").waitFor();
  const other = await anyPage(both.desk);
  await signInThere(other, both, "newcomer");
  await other.getByRole("alert").getByText("Sign-in failed").waitFor();
});

test("an answer to a question that this browser did not ask signs nobody in", { timeout: 60_000 }, async (t) => {
  const both = await startBoth(t, { FRONTDESK__AUTH__NEWCOMERS: "reader", FRONTDESK__AUTH__OIDC__DOMAINS: "example.com" });
  const page = await anyPage(both.desk);
  await page.goto(`${both.desk.url}/login/return?state=forged&code=stolen`);
  await page.getByRole("alert").getByText("Sign-in failed").waitFor();
  // A sign-in that began in this browser, but returns with another state.
  await page.goto(`${both.desk.url}/login`);
  const begun = await page.context().request.get(`${both.desk.url}/login/provider`, { maxRedirects: 0 });
  assert.equal(begun.status(), 303);
  const asked = new URL(begun.headers().location);
  assert.equal(asked.searchParams.get("code_challenge_method"), "S256");
  assert.ok(asked.searchParams.get("nonce") && asked.searchParams.get("state"));
  await page.goto(`${both.desk.url}/login/return?state=another&code=stolen`);
  await page.getByRole("alert").getByText("Sign-in failed").waitFor();
});

test("while the provider is unavailable the page says so, and passwords still work", { timeout: 60_000 }, async (t) => {
  const both = await startBoth(t);
  both.server.closeAllConnections();
  await new Promise((resolve) => both.server.close(resolve));
  const page = await anyPage(both.desk);
  await page.goto(`${both.desk.url}/login`);
  await page.getByRole("link", { name: /Sign in with/ }).click();
  await page.getByRole("alert").getByText("isn't responding").waitFor();
  const { PASSWORD } = await import("./desk.mjs");
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${both.desk.url}/`);
});
