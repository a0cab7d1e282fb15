// What a tab takes of memory: the page's own heap, and all that its process holds, workers and WebAssembly included.

import { readFileSync } from 'node:fs';

const MB = 1e6;

function megabytes(pid, field) {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round((Number(found?.[1] ?? NaN) * 1024) / MB);
}

/** Heap of the page, and of the largest of the browser's renderers what is resident, now and at most; in MB. */
export async function memory(browser, page) {
  const ofPage = await page.context().newCDPSession(page);
  await ofPage.send('Performance.enable');
  const { metrics } = await ofPage.send('Performance.getMetrics');
  const heap = metrics.find((metric) => metric.name === 'JSHeapUsedSize').value;
  const ofBrowser = await browser.newBrowserCDPSession();
  const { processInfo } = await ofBrowser.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter((process) => process.type === 'renderer').map((process) => process.id);
  const resident = renderers.map((pid) => ({ now: megabytes(pid, 'VmRSS'), most: megabytes(pid, 'VmHWM') }));
  const largest = resident.sort((a, b) => b.most - a.most)[0];
  return { page_heap_mb: Math.round(heap / MB), process_mb: largest?.now, process_at_most_mb: largest?.most };
}
