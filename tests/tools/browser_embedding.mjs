// Times an embedding (UMAP) of a survey in a headless Chromium with software rendering, from the click to the last of its
// places: stage by stage, the longest time without news, the page's longest task meanwhile, and how long the worker takes to
// end when it is stopped in each stage. Prints one JSON document.
//
//   npm install playwright-core
//   node browser_embedding.mjs http://127.0.0.1:6563 SURVEY [CHROMIUM]
//
// docs/PERFORMANCE.md quotes what it prints.

import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

import { memory } from './browser_memory.mjs';

const [base = 'http://127.0.0.1:6563', survey, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const map = '[data-testid=map-plot]';

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

/** Notes what the page and its worker say to each other, and when. */
await page.addInitScript(() => {
  window.heard = [];
  window.longest = 0;
  const note = (data) => {
    if (!Array.isArray(data) || typeof data[0] !== 'string') return;
    const { command, report, message = '', is_last = false } = JSON.parse(data[0]);
    window.heard.push({ at: performance.now(), what: command ?? report, message, is_last });
  };
  window.Worker = class extends Worker {
    constructor(...rest) {
      super(...rest);
      this.addEventListener('message', (event) => note(event.data));
    }
    postMessage(data, ...rest) {
      note(data);
      super.postMessage(data, ...rest);
    }
  };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
  }).observe({ type: 'longtask' });
});

const round = (ms) => Math.round(ms) / 1000;
const begin = () => page.evaluate(() => ((window.heard = []), (window.longest = 0)));
const heard = () => page.evaluate(() => window.heard);
const over = () => page.waitForFunction(() => !document.querySelector('[data-testid=map-progress]'), null, { timeout: 590_000 });

/** Waits for news of a kind. */
const news = (pattern) =>
  page.waitForFunction(
    (text) => window.heard.some(({ what, message }) => new RegExp(text).test(`${what} ${message}`)),
    pattern,
    { timeout: 590_000, polling: 20 },
  );

await page.goto(`${base}/surveys/${encodeURIComponent(survey)}?views=map&colour=snr_r`);
await page.waitForSelector(`${map}[data-points]`, { timeout: 590_000 });
await over();
await page.waitForTimeout(1000);
const points = Number(await page.getAttribute(map, 'data-points'));

// stopped in each stage: the worker says that it has ended what it was doing
const until_stopped_ms = {};
for (const [stage, pattern] of [
  ['components', 'progress principal components'],
  ['neighbours', 'progress neighbours [1-9]'],
  ['first epoch', 'progress the first epoch'],
  ['epochs', 'progress epoch [1-9]\\d'],
]) {
  await begin();
  await page.click('[data-testid=map-umap]');
  await news(pattern);
  await page.click('[data-testid=map-stop]');
  await news('^failed');
  const said = await heard();
  const at = (kind) => said.find(({ what }) => what === kind).at;
  until_stopped_ms[stage] = Math.round(at('failed') - at('cancel'));
  await page.click('[data-testid=map-pca]');
  await over();
}

await begin();
const load_average_1_min = loadavg()[0];
await page.click('[data-testid=map-umap]');
await news('^moved');
const until_first_move_ms = (await heard()).find(({ what }) => what === 'moved').at;
await page.waitForFunction(() => window.heard.some(({ what, is_last }) => what === 'moved' && is_last), null, { timeout: 590_000 });
await over();
const said = await heard();
const { at: begun } = said.find(({ what }) => what === 'map');
const first = (pattern) => said.find(({ what, message }) => pattern.test(`${what} ${message}`)).at - begun;
const end = said.findLast(({ what }) => what === 'moved').at - begun;
const reports = said.map(({ at }) => at).filter((at) => at >= begun);
const gaps = reports.slice(1).map((at, i) => ({ ms: Math.round(at - reports[i]), after: said[i].message || said[i].what }));
const components = first(/^progress principal components/);
const neighbours = first(/^progress neighbours/);
const epochs = first(/^progress the first epoch/);
console.log(
  JSON.stringify(
    {
      survey,
      points,
      load_average_1_min,
      total_s: round(end),
      stages_s: {
        features: round(components),
        components: round(neighbours - components),
        neighbours: round(epochs - neighbours),
        graph_and_first_epochs: round(until_first_move_ms - begun - epochs),
        epochs: round(end - (until_first_move_ms - begun)),
      },
      maps_shown: said.filter(({ what }) => what === 'moved').length,
      longest_without_news: gaps.sort((a, b) => b.ms - a.ms)[0],
      longest_task_of_the_page_ms: Math.round(await page.evaluate(() => window.longest)),
      until_stopped_ms,
      memory: await memory(browser, page),
    },
    null,
    2,
  ),
);
await browser.close();
