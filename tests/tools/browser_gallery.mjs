// Times the gallery in a headless Chromium with software rendering: from the key that asks for the next fifty spectra, which
// are fetched already, to the frame after they were drawn; and a step from one to the next. Prints one JSON document.
//
//   npm install playwright-core
//   node browser_gallery.mjs http://127.0.0.1:6563 SURVEY [CHROMIUM]
//
// docs/PERFORMANCE.md quotes what it prints.

import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

const [base = 'http://127.0.0.1:6563', survey, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const PAGES = 20;
const STEPS = 40;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const isDrawn = () => document.querySelector('[data-testid=gallery-plots]')?.dataset.drawn === '50';

/** Notes when a key is heard, and when the frame after the next change of `seen` begins: it is on its way by then. */
async function timed(key, seen) {
  return page.evaluate(
    ([key, seen]) =>
      new Promise((resolve) => {
        const grid = document.querySelector('[data-testid=gallery]');
        grid.focus();
        const [target, attribute] = seen === 'plots'
          ? [document.querySelector('[data-testid=gallery-plots]'), 'data-drawn']
          : [grid, 'aria-activedescendant'];
        const begun = performance.now();
        const watch = new MutationObserver(() => {
          watch.disconnect();
          requestAnimationFrame((now) => resolve(Math.max(now, performance.now()) - begun));
        });
        watch.observe(target, { attributes: true, attributeFilter: [attribute] });
        grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }),
    [key, seen],
  );
}

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Math.round(10 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]) / 10;
  return { n: sorted.length, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

const begun = Date.now();
await page.goto(`${base}/surveys/${encodeURIComponent(survey)}?views=gallery`);
await page.waitForFunction(isDrawn, null, { timeout: 120_000 });
const until_first_fifty_s = (Date.now() - begun) / 1000;
// there and back, so that both pages are fetched whatever the time that takes
const pages = [];
for (let i = 0; i < PAGES; i += 1) {
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1500);
  pages.push(await timed(i % 4 < 2 ? 'PageDown' : 'PageUp', 'plots'));
  await page.waitForFunction(isDrawn);
}
const steps = [];
for (let i = 0; i < STEPS; i += 1) {
  steps.push(await timed(i < STEPS / 2 ? 'ArrowRight' : 'ArrowLeft', 'cell'));
  await page.waitForTimeout(150);
}
const canvas = await page.locator('[data-testid=gallery-plots]').boundingBox();
console.log(
  JSON.stringify(
    {
      survey,
      canvas: [Math.round(canvas.width), Math.round(canvas.height)],
      load_average_1_min: loadavg()[0],
      until_first_fifty_s,
      next_fifty: summary(pages),
      one_step: summary(steps),
    },
    null,
    2,
  ),
);
await browser.close();
