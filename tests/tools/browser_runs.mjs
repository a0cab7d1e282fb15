// Times runs in the browser in a headless Chromium: scoring and spreading again, a whole run with the page's answers
// to input meanwhile, a cancelled run, memory, and the speed of the search itself. Prints one JSON document.
//
//   npm install playwright-core
//   node browser_runs.mjs http://127.0.0.1:6563 SURVEY_20K SURVEY_50K MATRIX.npy [cpu|gpu] [CHROMIUM]
//
// The matrix is one of spectra: `peer_data.py survey -o MATRIX.npy --n 20000 ..`. The surveys are simulated ones: `balmer simulate twenty --count 20000`, `balmer simulate fifty --count 50000`. The
// first needs a few labels of at least two classes. docs/KERNELS.md quotes what it prints.

import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

import { chromium } from 'playwright-core';

const [base = 'http://127.0.0.1:6563', twenty = 'twenty', fifty = 'fifty', matrix = 'survey.npy', device = 'cpu', executablePath = '/usr/bin/chromium'] =
  process.argv.slice(2);
const ROUNDS = 15;
const gpu = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-webgpu-adapter=swiftshader'];

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...(device === 'gpu' ? gpu : ['--disable-gpu'])] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

const round = (value) => Math.round(10 * value) / 10;

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return { n: sorted.length, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

/** Starts a worker of its own beside the page's and gives it `ask(command, wanted report, buffers)`. */
async function startWorker(build) {
  await page.goto(`${base}/runs`);
  await page.evaluate(async (build) => {
    const worker = new Worker(`/worker/worker.mjs${build}`, { type: 'module' });
    let heard = () => {};
    worker.onmessage = ({ data }) => heard(JSON.parse(data[0]), data.slice(1));
    await new Promise((ready) => (heard = (report) => report.report === 'ready' && ready()));
    window.ask = (command, wanted, buffers = []) =>
      new Promise((done, failed) => {
        const begun = performance.now();
        heard = (report) => {
          if (report.report === wanted) done({ ...report, trip_ms: performance.now() - begun });
          if (['failed', 'refused', 'broken'].includes(report.report)) failed(new Error(JSON.stringify(report)));
        };
        worker.postMessage([JSON.stringify(command), ...buffers], buffers);
      });
    window.endWorker = () => worker.terminate();
  }, build);
}

const ask = (command, wanted) => page.evaluate(([command, wanted]) => window.ask(command, wanted), [command, wanted]);

/** The rows of a matrix that numpy wrote, f32 in C order, as the page takes them. */
function spectra() {
  const file = readFileSync(matrix);
  const start = 10 + file.readUInt16LE(8);
  const [, rows, columns] = /'shape': \((\d+), (\d+)\)/.exec(file.toString('latin1', 10, start)).map(Number);
  return { rows, columns, text: file.toString('base64', start) };
}

/**
 * The whole search, of spectra or of random rows. Of the latter each product of two rows serves both, so that there are
 * n^2 / 2 of 2 d operations; most of the former never meet.
 */
async function search({ rows, columns, text }, n_neighbors, workers) {
  const command = { command: 'matrix', rows, columns, n_neighbors, device: 'browser-cpu', workers };
  const found = await page.evaluate(
    async ([command, text, rounds]) => {
      const x = text
        ? new Float32Array(Uint8Array.fromBase64(text).buffer)
        : Float32Array.from({ length: command.rows * command.columns }, () => 2 * Math.random() - 1);
      const found = [];
      for (let i = 0; i < rounds; i += 1) found.push(await window.ask(command, 'matrix', [x.slice().buffer]));
      return found;
    },
    [command, text, 5],
  );
  const seconds = found.map((report) => report.seconds).sort((a, b) => a - b)[2];
  const gflops = text ? undefined : round((rows * rows * columns) / seconds / 1e9);
  return { name: found[0].name, rows: text ? 'spectra' : 'noise', n: rows, columns, n_neighbors, seconds, gflops };
}

async function again() {
  const labels = (await (await fetch(`${base}/api/v1/surveys/${twenty}/labels`)).json()).map(({ spectrum_id, label }) => ({ spectrum_id, label }));
  const spec = { survey: twenty, labels: { n_neighbors: 10 } };
  await ask({ command: 'run', run: 'browser-1', spec: await complete(spec), device: `browser-${device}` }, 'done');
  const rescore = [];
  const respread = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    rescore.push(await ask({ command: 'rescore', run: 'browser-1', n_neighbors: 20 + 5 * i }, 'rescored'));
    respread.push(await ask({ command: 'respread', run: 'browser-1', labels: labels.slice(0, labels.length - (i % 2)) }, 'respread'));
  }
  const both = (reports) => ({
    in_worker: summary(reports.map((report) => report.milliseconds)),
    round_trip: summary(reports.map((report) => report.trip_ms)),
  });
  return { labels: labels.length, rescore: both(rescore), respread: both(respread) };
}

/** A spec with every key, as the worker reads it: the server's own of a run that is asked for and stopped. */
async function complete(spec) {
  const answer = await fetch(`${base}/api/v1/runs`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(spec),
  });
  const { id } = await answer.json();
  const { spec: whole } = await (await fetch(`${base}/api/v1/runs/${id}`)).json();
  await fetch(`${base}/api/v1/runs/${id}/cancel`, { method: 'POST' });
  return whole;
}

/** Resident memory of all renderer processes, MiB: workers are threads of the page's. */
async function memory(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const resident = ({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(resident));
}

/** From moving the slider to the frame that shows the new list. */
async function slide() {
  return page.evaluate(async (rounds) => {
    const times = [];
    const slider = document.querySelector('[data-testid=n-neighbors-slider]');
    const told = () => document.querySelector('.listing').innerText;
    for (let i = 0; i < rounds; i += 1) {
      const before = told();
      const begun = performance.now();
      slider.value = 94 - 6 * i;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      while (told() === before && performance.now() - begun < 5000) await new Promise(requestAnimationFrame);
      times.push(performance.now() - begun);
      await new Promise((done) => setTimeout(done, 200));
    }
    return times;
  }, ROUNDS);
}

async function start(survey) {
  await page.goto(`${base}/surveys/${survey}`);
  await page.waitForSelector('[data-testid=candidate-row]');
  await page.selectOption('[data-testid=device-select]', `browser-${device}`);
  await page.click('[data-testid=run]');
  await page.waitForSelector('[data-testid=cancel]');
}

/** A whole run through the page, with a key pressed ten times a second. */
async function run(survey) {
  const session = await browser.newBrowserCDPSession();
  await start(survey);
  await page.evaluate(() => {
    window.delays = [];
    window.gaps = [];
    addEventListener('keydown', (event) => window.delays.push(performance.now() - event.timeStamp), true);
    let last = performance.now();
    const note = (now) => {
      window.gaps.push(now - last);
      last = now;
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  const begun = Date.now();
  let most = 0;
  const over = () => document.querySelector('.listing .summary')?.innerText.includes('ranked');
  while (!(await page.evaluate(over))) {
    await page.keyboard.press('Shift');
    most = Math.max(most, await memory(session));
    await page.waitForTimeout(100);
    if (Date.now() - begun > 900_000) throw new Error('the run does not end');
  }
  const [delays, gaps] = await page.evaluate(() => [window.delays, window.gaps]);
  return {
    seconds: round((Date.now() - begun) / 1000),
    device: await page.innerText('[data-testid=device-used]'),
    key_to_handler: summary(delays),
    between_frames: summary(gaps),
    renderer_mib: Math.round(most),
    slider_to_list: summary(await slide()),
  };
}

/** From the click on Cancel to the page that says so, in the middle of the search. */
async function cancel(survey) {
  await start(survey);
  await page.waitForFunction(() => document.querySelector('.stages .now')?.innerText.includes('neighbours'), null, { timeout: 300_000 });
  await page.waitForTimeout(500);
  const begun = Date.now();
  await page.click('[data-testid=cancel]');
  await page.waitForFunction(() => document.body.innerText.includes('This run was cancelled'));
  return Date.now() - begun;
}

const searches = [];
const [real, noise] = [spectra(), { rows: 20_000, columns: 140 }];
for (const build of ['plain', 'simd128', 'relaxed-simd']) {
  await startWorker(`?build=${build}`);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  for (const x of [real, noise]) {
    for (const n_neighbors of [20, 128]) {
      for (const workers of build === 'plain' ? [1] : [1, cores]) searches.push(await search(x, n_neighbors, workers));
    }
  }
  await page.evaluate(() => window.endWorker());
}
await startWorker('');
const twentyAgain = await again();
await page.evaluate(() => window.endWorker());
const result = {
  load_average_1_min: loadavg()[0],
  search: searches,
  again_20k: twentyAgain,
  run_20k: await run(twenty),
  run_50k: await run(fifty),
  cancel_50k_ms: await cancel(fifty),
};
console.log(JSON.stringify(result, null, 2));
await browser.close();
