// Times the web app in a headless Chromium with software rendering: first paint, from choosing a spectrum to its
// pixels on the canvas, panning with twenty neighbours drawn, scrolling through the whole list. Prints one
// JSON document.
//
//   npm install playwright-core
//   node browser_timing.mjs http://127.0.0.1:6563 [RUN] [CHROMIUM]
//
// The newest finished run is taken where none is named. docs/PERFORMANCE.md quotes what it prints.

import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

const [base = 'http://127.0.0.1:6563', named, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const STEPS = 50;
const plot = '[data-testid=spectrum-plot]';

const runs = await (await fetch(`${base}/api/v1/runs`)).json();
const run = named ?? runs.find((run) => run.status === 'done')?.id;
if (!run) throw new Error(`${base} has no finished run`);

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

/** Notes when the plot says that another spectrum has been painted; the attribute is set right after the drawing. */
await page.addInitScript(() => {
  window.timing = { chosen: 0, painted: 0 };
  addEventListener('keydown', () => (window.timing.chosen = performance.now()), true);
  new MutationObserver((changes) => {
    if (changes.some((change) => change.attributeName === 'data-spectrum-id' && change.target.dataset.testid === 'spectrum-plot')) {
      window.timing.painted = performance.now();
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-spectrum-id'] });
});

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Math.round(10 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]) / 10;
  return { n: sorted.length, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

async function open(query = '') {
  await page.goto(`${base}/runs/${run}${query}`);
  await page.waitForSelector(`${plot}[data-spectrum-id]`);
  await page.waitForTimeout(1500);
}

/** From the navigation to the first paint, to the drawn spectrum and to the whole list, in fresh contexts. */
async function start() {
  const times = { first_paint: [], first_spectrum: [], whole_list: [] };
  for (let i = 0; i < 5; i += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const fresh = await context.newPage();
    await fresh.goto(`${base}/runs/${run}`, { waitUntil: 'commit' });
    await fresh.waitForSelector(`${plot}[data-spectrum-id]`);
    times.first_spectrum.push(await fresh.evaluate(() => performance.now()));
    await fresh.waitForFunction(() => document.querySelector('.listing .summary').innerText.includes('ranked'));
    times.whole_list.push(await fresh.evaluate(() => performance.now()));
    times.first_paint.push(
      await fresh.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime),
    );
    await context.close();
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, summary(list)]));
}

/** Scrolls the list, ever faster, and counts the frames in which a part of it had no row. */
async function scroll() {
  await open();
  await page.waitForFunction(() => document.querySelector('.listing .summary').innerText.includes('ranked'));
  const seen = await page.evaluate(
    () =>
      new Promise((done) => {
        const frame = document.querySelector('.table-scroll');
        const frames = [];
        let blank = 0;
        const step = (now) => {
          const { top, bottom } = frame.getBoundingClientRect();
          const head = frame.querySelector('thead').getBoundingClientRect().height;
          const at = (y) => document.elementFromPoint(frame.getBoundingClientRect().left + 80, y)?.closest('tbody tr');
          if (![top + head + 4, (top + bottom) / 2, bottom - 4].every(at)) blank += 1;
          frames.push(now);
          if (frames.length > 240) return done({ frames, blank, reached: frame.scrollTop });
          // from a slow turn of the wheel to dragging the bar through tens of thousands of rows
          frame.scrollTop += 40 * 1.03 ** frames.length;
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
  );
  const between = seen.frames.slice(1).map((now, i) => now - seen.frames[i]);
  const rows = Number(await page.getAttribute('[data-testid=candidate-table]', 'aria-rowcount')) - 1;
  return { rows, rows_passed: Math.round(seen.reached / 48), frames_with_a_gap: seen.blank, between_frames: summary(between) };
}

/** Milliseconds from `choose` to the painted spectrum. */
async function painted(choose) {
  const before = await page.getAttribute(plot, 'data-spectrum-id');
  await choose();
  await page.waitForFunction(
    ([plot, before]) => document.querySelector(plot)?.dataset.spectrumId !== before,
    [plot, before],
  );
  return page.evaluate(() => window.timing.painted - window.timing.chosen);
}

async function steps(pause) {
  await open();
  const times = [];
  for (let i = 0; i < STEPS; i += 1) {
    times.push(await painted(() => page.keyboard.press('ArrowDown')));
    await page.waitForTimeout(pause);
  }
  return summary(times);
}

/** Spectra far from each other in the list, so that none was fetched ahead. */
async function jumps() {
  await open();
  const rows = await (await fetch(`${base}/api/v1/runs/${run}/candidates?limit=2000`)).json();
  const ids = rows.rows.map((row) => row.spectrum_id);
  const times = [];
  for (let i = 0; i < STEPS; i += 1) {
    const id = ids[(100 + 31 * i) % ids.length];
    times.push(
      await painted(() =>
        page.evaluate((path) => {
          window.timing.chosen = performance.now();
          history.pushState(null, '', path);
          dispatchEvent(new PopStateEvent('popstate'));
        }, `/runs/${run}/${encodeURIComponent(id)}`),
      ),
    );
    await page.waitForTimeout(100);
  }
  return summary(times);
}

/** Time between frames while the plot is dragged to and fro for three seconds. */
async function pan(neighbours) {
  await open(neighbours ? `?near=${neighbours}` : '');
  if (neighbours) {
    const drawn = ([plot, text]) => document.querySelector(plot).ariaLabel.includes(text);
    await page.waitForFunction(drawn, [plot, `with ${neighbours} neighbours`], { timeout: 60_000 });
  }
  const box = await page.locator(plot).boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  for (let i = 0; i < 4; i += 1) await page.mouse.wheel(0, -150);
  await page.mouse.down();
  await page.evaluate(() => {
    window.frames_seen = [];
    const note = (now) => {
      window.frames_seen.push(now);
      window.noting = requestAnimationFrame(note);
    };
    window.noting = requestAnimationFrame(note);
  });
  const from = Date.now();
  for (let i = 0; Date.now() - from < 3000; i += 1) {
    await page.mouse.move(box.x + box.width * (0.5 + 0.3 * Math.sin(i / 20)), y);
  }
  const frames = await page.evaluate(() => (cancelAnimationFrame(window.noting), window.frames_seen));
  await page.mouse.up();
  const between = frames.slice(1).map((now, i) => now - frames[i]);
  const { median_ms, p95_ms, max_ms } = summary(between);
  return { frames_per_second: Math.round((1000 * between.length) / (frames.at(-1) - frames[0])), median_ms, p95_ms, max_ms };
}

const result = {
  run,
  load_average_1_min: loadavg()[0],
  start: await start(),
  next_in_list: await steps(300),
  next_in_list_hurried: await steps(0),
  random_jumps: await jumps(),
  pan_alone: await pan(0),
  pan_with_20_neighbours: await pan(20),
  scroll: await scroll(),
};
console.log(JSON.stringify(result, null, 2));
await browser.close();
