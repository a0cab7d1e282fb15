// Times the spectrum with others drawn over it in a headless Chromium with software rendering: frames a second and the
// longest frame while the plot is panned and zoomed for some seconds, as fast as the browser takes it. Prints one JSON
// document.
//
//   npm install playwright-core
//   node browser_overlay.mjs http://127.0.0.1:6563 SURVEY [SPECTRA] [CHROMIUM]
//
// docs/PERFORMANCE.md quotes what it prints.

import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

const [base = 'http://127.0.0.1:6563', survey, number = '50', executablePath = '/usr/bin/chromium'] =
  process.argv.slice(2);
const SECONDS = 5;
const plot = '[data-testid=spectrum-plot]';

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

// a named subset, so that the address alone says what is drawn
const name = `overlay-${number}`;
const rows = await (await fetch(`${base}/api/v1/surveys/${survey}/spectra?limit=${Number(number) + 1}`)).json();
const [chosen, ...others] = rows.rows.map((row) => row.spectrum_id);
const spectrum_ids = others.slice(0, Number(number));
const put = await fetch(`${base}/api/v1/surveys/${survey}/subsets/${name}`, {
  method: 'PUT',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ spectrum_ids }),
});
if (!put.ok) throw new Error(await put.text());

const begun = Date.now();
const path = `/surveys/${encodeURIComponent(survey)}/spectra/${encodeURIComponent(chosen)}`;
await page.goto(`${base}${path}?over=${encodeURIComponent(`in:${name}`)}`);
await page.waitForSelector(`${plot}[data-overlays="${spectrum_ids.length}"]`, { timeout: 120_000 });
const until_drawn_s = (Date.now() - begun) / 1000;
await page.waitForTimeout(2000);
const box = await page.locator(plot).boundingBox();

/** Moves the plot once a frame for some seconds, and tells how far apart the frames were. */
async function timed(kind) {
  return page.evaluate(
    async ({ plot, kind, seconds }) => {
      const canvas = document.querySelector(plot);
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const at = (x) => ({ bubbles: true, cancelable: true, clientX: left + x * width, clientY: top + height / 2 });
      const pointer = (type, x) => canvas.dispatchEvent(new PointerEvent(type, { ...at(x), pointerId: 1, button: 0 }));
      const gaps = [];
      if (kind === 'pan') pointer('pointerdown', 0.5);
      let last = await frame();
      const end = last + 1000 * seconds;
      for (let step = 1; last < end; step += 1) {
        if (kind === 'pan') pointer('pointermove', 0.5 + 0.2 * Math.sin(step / 15));
        else canvas.dispatchEvent(new WheelEvent('wheel', { ...at(0.4), deltaY: Math.sin(step / 20) > 0 ? -15 : 15 }));
        const now = await frame();
        gaps.push(now - last);
        last = now;
      }
      if (kind === 'pan') pointer('pointerup', 0.5);
      gaps.sort((a, b) => a - b);
      const tenths = (value) => Math.round(10 * value) / 10;
      return {
        frames_a_second: tenths((1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)),
        p95_ms: tenths(gaps[Math.floor(0.95 * gaps.length)]),
        longest_ms: tenths(gaps.at(-1)),
        n: gaps.length,
      };
    },
    { plot, kind, seconds: SECONDS },
  );
}

const zoom_whole = await timed('zoom');
await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
for (let i = 0; i < 4; i += 1) await page.mouse.wheel(0, -200);
await page.waitForTimeout(500);
const pan = await timed('pan');
const zoom = await timed('zoom');
console.log(
  JSON.stringify(
    {
      survey,
      spectra: spectrum_ids.length,
      canvas: [Math.round(box.width), Math.round(box.height)],
      load_average_1_min: loadavg()[0],
      until_drawn_s,
      zoom_whole,
      pan,
      zoom,
    },
    null,
    2,
  ),
);
await browser.close();
