// Times the map of feature space in a headless Chromium with software rendering: from asking for it to its points on the
// screen, from the turn of a wheel, the move of a drag and the end of a lasso to the frame after the points were drawn.
// Says what the tab takes of memory. Prints one JSON document.
//
//   npm install playwright-core
//   node browser_views.mjs http://127.0.0.1:6563 SURVEY [CHROMIUM]
//
// docs/PERFORMANCE.md quotes what it prints.

import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

import { memory } from './browser_memory.mjs';

const [base = 'http://127.0.0.1:6563', survey, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const STEPS = 40;
const map = '[data-testid=map-plot]';

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

/** Notes when an input is heard and when the frame after the next drawing begins: the drawn one is on its way by then. */
await page.addInitScript(() => {
  window.timing = { heard: 0, waits: null, took: [] };
  const hear = () => {
    if (window.timing.waits) window.timing.heard = performance.now();
  };
  for (const kind of ['wheel', 'pointermove', 'pointerup']) addEventListener(kind, hear, true);
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
    put.apply(this, rest);
    const { heard, waits, took } = window.timing;
    if (!waits || !heard || this.canvas.dataset.testid !== 'map-plot') return;
    window.timing.heard = 0;
    requestAnimationFrame((now) => took.push(Math.max(now, performance.now()) - heard));
  };
});

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Math.round(10 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]) / 10;
  return { n: sorted.length, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

/** Milliseconds from each input to the frame after its drawing. */
async function timed(act) {
  await page.evaluate(() => Object.assign(window.timing, { waits: true, heard: 0, took: [] }));
  await act();
  await page.waitForTimeout(1000);
  return summary(await page.evaluate(() => ((window.timing.waits = false), window.timing.took)));
}

const begun = Date.now();
await page.goto(`${base}/surveys/${encodeURIComponent(survey)}?views=map&colour=snr_r`);
await page.waitForSelector(`${map}[data-points]`, { timeout: 590_000 });
const until_map_s = (Date.now() - begun) / 1000;
await page.waitForTimeout(1500);
const points = Number(await page.getAttribute(map, 'data-points'));
const box = await page.locator(map).boundingBox();
const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];

await page.mouse.move(...at(0.6, 0.5));
const wheel = await timed(async () => {
  for (let i = 0; i < STEPS; i += 1) {
    await page.mouse.wheel(0, i < STEPS / 2 ? -20 : 20);
    await page.waitForTimeout(250);
  }
});
const drag = await timed(async () => {
  await page.mouse.down();
  for (let i = 0; i < STEPS; i += 1) {
    await page.mouse.move(...at(0.6 + 0.1 * Math.sin(i), 0.5));
    await page.waitForTimeout(250);
  }
  await page.mouse.up();
});
await page.keyboard.press('0');
await page.keyboard.press('l');
const lassos = [];
for (let i = 0; i < 10; i += 1) {
  await page.mouse.move(...at(0.1, 0.1));
  await page.mouse.down();
  for (const place of [[0.9 - 0.05 * i, 0.1], [0.9, 0.9], [0.1, 0.9]]) await page.mouse.move(...at(...place), { steps: 8 });
  lassos.push((await timed(() => page.mouse.up())).median_ms);
}
const selected = await page.innerText('[data-testid=selection-count]');
console.log(
  JSON.stringify(
    {
      survey,
      points,
      canvas: [Math.round(box.width), Math.round(box.height)],
      load_average_1_min: loadavg()[0],
      until_map_s,
      wheel,
      drag,
      lasso: { ...summary(lassos), selected },
      memory: await memory(browser, page),
    },
    null,
    2,
  ),
);
await browser.close();
