// What a browser makes of the pages: node pages.cjs REPORT MATRIX [FOLDER for screenshots]
"use strict";
const assert = require("node:assert/strict");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const [, , report, matrix, pictures] = process.argv;
const row = "complete/part-too-small[one-byte-short]";
const usual = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 360, height: 780 } };

(async () => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  // A page that says nothing on the console and asks nobody for anything.
  const quiet = async (name, file, options, hash, look) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(error.message));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith("file:") && !url.startsWith("data:")) heard.push(`asks for ${url}`);
    });
    await page.goto(pathToFileURL(file).href + hash);
    await look(page);
    assert.deepEqual(heard, [], name);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
    await context.close();
    console.log(`ok  ${name}`);
  };
  const shown = (page) => page.locator("[data-verdict]:visible").count();
  const width = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  try {
    await quiet("report", report, usual, "", async (page) => {
      assert.match(await page.textContent(".conclusion"), /promises of Amazon S3 are broken/);
      const fold = 900;
      for (const part of [".tiles", ".answers", ".cause"]) {
        const { y } = await page.locator(part).first().boundingBox();
        assert.ok(y < fold, `${part} is seen at once: ${y}`);
      }
      assert.match(await page.textContent(".cause .harm"), /data|security|client/);
      const rows = page.locator(".cause").filter({ hasText: row }).locator("details").last();
      await rows.evaluate((details) => { for (let at = details; at; at = at.parentElement) at.open = true; });
      assert.ok(await rows.getByRole("link", { name: row }).count() > 0, "a cause links to its rows");
      const commands = await page.locator("pre.command").count();
      assert.equal(await page.locator("button.copy").count(), commands, "each command can be copied");
    });
    await quiet("filters", report, usual, "", async (page) => {
      const some = await shown(page);
      assert.equal(await page.locator("[data-verdict='n/a']:visible").count(), 0, "what was not run is not in the way");
      await page.getByRole("button", { name: "All" }).click();
      const all = await shown(page);
      assert.ok(all > some && all === await page.locator("[data-verdict]").count());
      await page.getByRole("button", { name: "Only what broke" }).click();
      const broken = await shown(page);
      assert.ok(broken > 0 && broken < all, `${broken} of ${all}`);
      assert.equal(await page.locator("[data-verdict=pass]:visible").count(), 0);
      await page.getByLabel("Text").fill("one-byte-short");
      assert.equal(await shown(page), 1);
      assert.match(await page.textContent("output"), /^1 of /);
      await page.getByRole("button", { name: "All" }).click();
      assert.equal(await shown(page), all);
      await page.locator("select[name=area]").selectOption("abort");
      assert.equal(await shown(page), await page.locator("[data-area=abort]").count());
      await page.getByRole("button", { name: "All" }).click();
      await page.getByLabel("MUST").uncheck();
      assert.equal(await page.locator("[data-level=MUST]:visible").count(), 0);
    });
    await quiet("deep-link", report, usual, `#${encodeURIComponent(row)}`, async (page) => {
      const body = page.locator(`[id="${row}"]`);
      assert.ok(await body.isVisible(), "the row is open");
      assert.ok(await body.locator("mark").count() === 1, "the line that failed is marked");
      assert.match(await body.textContent(), /mpuspec run .*one-byte-short/);
      const { y } = await body.boundingBox();
      assert.ok(y >= 0 && y < 900, `it is in sight: ${y}`);
      // A link to another row opens that one too.
      await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
      const other = page.locator(".cause .names a").first();
      const name = (await other.getAttribute("href")).slice(1);
      await other.click();
      assert.ok(await page.locator(`[id="${name}"]`).isVisible(), name);
    });
    await quiet("keyboard", report, usual, "", async (page) => {
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      const summary = page.locator(".row.fail > summary").first();
      await summary.focus();
      await page.keyboard.press("Enter");
      assert.ok(await page.locator(".row.fail").first().evaluate((element) => element.open));
      const nameless = await page.evaluate(() => [...document.querySelectorAll("input, select, button, svg[role=img]")]
        .filter((element) => !(element.labels?.length || element.textContent.trim() || element.ariaLabel)).length);
      assert.equal(nameless, 0, "every control and picture has a name");
    });
    await quiet("without-script", report, { ...usual, javaScriptEnabled: false }, `#${encodeURIComponent(row)}`, async (page) => {
      assert.ok(!await page.locator("form.filters").isVisible(), "what does nothing is not shown");
      assert.ok(await page.locator(".row > summary").first().isVisible());
      await page.locator(".row.fail > summary").first().click();
      assert.ok(await page.locator(".row.fail .body").first().isVisible());
    });
    await quiet("phone", report, phone, `#${encodeURIComponent(row)}`, async (page) => {
      await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
      assert.equal(await width(page), 0, "nothing is wider than the screen");
    });
    const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    let light;
    await quiet("light", report, { ...usual, colorScheme: "light" }, "", async (page) => { light = await paper(page); });
    await quiet("dark", report, { ...usual, colorScheme: "dark" }, `#${encodeURIComponent(row)}`, async (page) => {
      assert.notEqual(await paper(page), light);
      const contrast = await page.evaluate(() => {
        const bright = (colour) => {
          const [r, g, b] = colour.match(/[\d.]+/g).map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const below = bright(getComputedStyle(document.body).backgroundColor);
        return Math.min(...[...document.querySelectorAll(".verdict, a, p, small, .title")]
          .map((element) => bright(getComputedStyle(element).color))
          .map((above) => (Math.max(above, below) + 0.05) / (Math.min(above, below) + 0.05)));
      });
      assert.ok(contrast >= 4.5, `it can be read: ${contrast}`);
    });
    await quiet("paper", report, usual, "", async (page) => {
      await page.emulateMedia({ media: "print" });
      assert.ok(!await page.locator("form.filters").isVisible());
      assert.ok(await page.locator(".row.fail .reason").first().isVisible(), "what broke is printed in full");
    });
    await quiet("matrix", matrix, usual, "", async (page) => {
      assert.ok(await page.locator(".targets tbody tr").count() >= 6);
      const all = await shown(page);
      await page.getByLabel("Text").fill("too-small");
      assert.ok(await shown(page) < all);
    });
    await quiet("matrix-row", matrix, phone, `#${encodeURIComponent(row)}`, async (page) => {
      const why = page.locator(".why:visible");
      assert.equal(await why.count(), 1, "what each answered is open");
      assert.ok((await why.boundingBox()).width > 300, "and has the whole width");
      assert.equal(await width(page), 0, "nothing is wider than the screen");
    });
    await quiet("matrix-phone", matrix, phone, "#differ", async (page) => {
      assert.equal(await width(page), 0, "nothing is wider than the screen");
      const cells = await page.locator(".matrix").first().evaluate((table) => table.scrollWidth - table.parentElement.clientWidth);
      assert.ok(cells <= 0, `thirteen targets fit below each row: ${cells}`);
    });
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
