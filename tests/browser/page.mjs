// The page of `--format html` in a real Chromium: node page.mjs CHROMIUM PAGE LARGE MANY
// PAGE is the demo's report with its matrix, LARGE one with long lists and a long matrix, MANY one with 50,000 findings.

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const [chrome, page, large, many] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox'] });

// Opens a page that may ask for nothing and report no error.
const open = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const tab = await context.newPage();
  const wrong = [];
  tab.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  tab.on('console', (message) => wrong.push(`console: ${message.text()}`));
  tab.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  tab.on('request', (request) => { if (!request.url().startsWith('file:')) wrong.push(`request: ${request.url()}`); });
  await tab.goto(pathToFileURL(path.resolve(file)).href);
  return { tab, end: async () => { assert.deepEqual(wrong, []); await context.close(); } };
};

const tests = {
  async 'the markup is valid'() {
    const validator = new HtmlValidate({ extends: ['html-validate:standard'] });
    const { results } = await validator.validateString(await readFile(page, 'utf8'));
    assert.deepEqual(results.flatMap(({ messages }) => messages.map(({ line, ruleId, message }) => `${line} ${ruleId} ${message}`)), []);
  },

  async 'an accessibility checker finds nothing, light and dark, wide and narrow'() {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 360]) {
        const { tab, end } = await open(page, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        await tab.evaluate(axe);
        const { violations } = await tab.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => `${colorScheme} ${width} ${id}: ${nodes[0].html}`), []);
        await end();
      }
    }
  },

  async 'dark is dark'() {
    const shade = async (colorScheme) => {
      const { tab, end } = await open(page, { colorScheme });
      const color = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await end();
      return Number(color.match(/\d+/)[0]);
    };
    assert.ok(await shade('light') > 200 && await shade('dark') < 60);
  },

  async 'nothing is wider than a telephone'() {
    const { tab, end } = await open(page, { viewport: { width: 360, height: 740 } });
    assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 360);
    await end();
  },

  async 'findings are filtered by typing'() {
    const { tab, end } = await open(page);
    const shown = () => tab.locator('#findings .rule:visible').count();
    const before = await shown();
    await tab.getByLabel('Filter findings').fill('contractor toolkit');
    await tab.locator('#findings .count', { hasText: 'finding' }).waitFor();
    const after = await shown();
    assert.ok(after > 0 && after < before, `${before} ${after}`);
    await tab.getByLabel('Filter findings').fill('nobody is called this');
    await tab.locator('#findings .count', { hasText: '0 findings' }).waitFor();
    assert.equal(await shown(), 0);
    await end();
  },

  async 'the matrix is filtered and sorted'() {
    const { tab, end } = await open(page);
    const rows = tab.locator('#matrix tbody tr:visible');
    const names = () => tab.locator('#matrix tbody tr:visible .who').allTextContents();
    const all = await rows.count();
    await tab.locator('#matrix thead').getByRole('button', { name: 'Who' }).click();
    const sorted = await names();
    assert.deepEqual(sorted, [...sorted].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    assert.equal(await tab.locator('#matrix thead th').first().getAttribute('aria-sort'), 'ascending');
    await tab.locator('#matrix thead').getByRole('button', { name: 'Who' }).click();
    assert.deepEqual(await names(), sorted.reverse());
    await tab.locator('#access').getByLabel('Filter').fill('amara');
    await tab.locator('#access .count', { hasText: '1 row' }).waitFor();
    assert.ok(all > 1 && await rows.count() === 1);
    await end();
  },

  async 'a cell tells who holds the permission and how, to the pointer and to the keyboard'() {
    const { tab, end } = await open(page);
    const cell = tab.locator('#matrix td[data-ways]').first();
    await cell.hover();
    const tip = tab.getByRole('tooltip');
    await tip.waitFor();
    const who = await tab.locator('#matrix tbody tr').first().locator('.who').textContent();
    assert.ok((await tip.textContent()).includes(who.trim()) && await tip.locator('.path').count() > 0);
    await tab.mouse.move(0, 0);
    await tip.waitFor({ state: 'hidden' });
    await cell.focus();
    await tip.waitFor();
    const first = await tip.textContent();
    await tab.keyboard.press('ArrowDown');
    assert.notEqual(await tip.textContent(), first);
    await tab.keyboard.press('Escape');
    await tip.waitFor({ state: 'hidden' });
    await end();
  },

  async 'the keyboard reaches the report, and opens and closes a rule'() {
    const { tab, end } = await open(page);
    await tab.keyboard.press('Tab');
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Skip to the report');
    const rule = tab.locator('#findings .rule').first();
    const wasOpen = await rule.evaluate((one) => one.open);
    await rule.locator('summary').first().focus();
    await tab.keyboard.press('Enter');
    assert.equal(await rule.evaluate((one) => one.open), !wasOpen);
    await end();
  },

  async 'without script everything shows'() {
    const { tab, end } = await open(many, { javaScriptEnabled: false });
    const text = await readFile(many, 'utf8');
    assert.ok((await stat(many)).size < 60_000_000);
    assert.equal(await tab.locator('.findings > li').count(), 50_000);
    assert.equal(await tab.locator('.findings > li').count(), text.split(/<li class="(?:violation|unknown|waived|baselined)"><p>/).length - 1);
    assert.equal(await tab.locator('.tools:visible').count(), 0);
    // A path that has only its number there is drawn below, where the number leads.
    const link = tab.locator('.findings .ways a').last();
    const path = tab.locator(`#paths ${await link.getAttribute('href')} .path`);
    assert.ok(await path.locator('li').count() > 0 && await path.textContent() !== '');
    const unknown = await tab.evaluate(() => {
      const drawn = new Set([...document.querySelectorAll('#paths li[id]')].map(({ id }) => `#${id}`));
      return [...document.querySelectorAll('.ways a')].filter((one) => !drawn.has(one.getAttribute('href'))).length;
    });
    assert.equal(unknown, 0);
    await end();
  },

  async 'it prints, with everything open'() {
    const { tab, end } = await open(page);
    const pdf = path.join(tmpdir(), `rolelint-page-${process.pid}.pdf`);
    await tab.pdf({ path: pdf, format: 'A4' });
    assert.ok((await stat(pdf)).size > 20_000);
    await tab.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await tab.locator('.rule:not([open]), .piece').count(), 0);
    await end();
  },

  async 'a long list grows as the reader scrolls, and the filter finds what is not there yet'() {
    const { tab, end } = await open(many);
    const longest = await tab.evaluate(() => {
      const rules = [...document.querySelectorAll('#findings .rule')];
      const count = (rule) => rule.querySelectorAll('.piece').length;
      return rules.reduce((a, b) => (count(b) > count(a) ? b : a)).id;
    });
    const rule = tab.locator(`#${longest}`);
    const items = () => rule.locator('.findings > li').count();
    assert.ok(await rule.locator('.piece').count() > 5);
    await rule.evaluate((one) => { one.open = true; });
    const before = await items();
    await rule.locator('.piece').first().evaluate((one) => one.scrollIntoView());
    await tab.waitForFunction(([id, count]) => document.querySelectorAll(`#${id} .findings > li`).length > count, [longest, before]);
    assert.ok(await rule.locator('.piece').count() > 0 && await items() < before + 400, 'it does not run away');
    // What came has its paths drawn, from the person on, as the first ones have.
    assert.equal(await rule.locator('.findings .ways').count(), 0);
    const shown = await rule.locator('.findings > li').evaluateAll((all) => all.slice(-3).map((item) => [
      item.querySelector('p').textContent, [...item.querySelectorAll('.path')].map((path) => path.firstElementChild.textContent),
    ]));
    for (const [said, first] of shown) assert.ok(first.length > 0 && first.every((who) => said.includes(who)), said);
    const last = await rule.locator('.piece').last().evaluate((one) => {
      const text = new DOMParser().parseFromString(one.querySelector('noscript').textContent, 'text/html');
      return text.querySelector('.meta code').textContent;
    });
    await tab.getByLabel('Filter findings').fill(last);
    await tab.locator('#findings .count', { hasText: /^1 finding$/ }).waitFor();
    // A role that only the drawn paths name is found in all of them.
    const role = (await rule.locator('.findings > li .role').first().textContent()).trim();
    await tab.getByLabel('Filter findings').fill(role);
    await tab.waitForFunction(() => Number(document.querySelector('#findings .count').textContent.replace(/[^0-9]/g, '')) > 1000);
    await end();
  },

  async 'a long matrix grows as the reader scrolls, and its paths are drawn'() {
    const { tab, end } = await open(large);
    const rows = () => tab.locator('#matrix tbody tr').count();
    const before = await rows();
    assert.ok(await tab.locator('#matrix .piece').count() > 0);
    await tab.locator('#matrix .piece').first().evaluate((one) => one.scrollIntoView());
    await tab.waitForFunction((count) => document.querySelectorAll('#matrix tbody tr').length > count, before);
    const last = tab.locator('#matrix tbody tr').last();
    const who = (await last.locator('.who').textContent()).trim();
    const first = await last.locator('.how .path').first().evaluate((path) => path.firstElementChild.textContent);
    assert.ok(who.includes(first), `${who} ${first}`);
    assert.equal(await tab.locator('#matrix .ways').count(), 0);
    await end();
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.message}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
