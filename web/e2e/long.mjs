// A list of ten thousand tasks and a run of three hundred steps, scrolled from end to end. Prints how long the longest
// task of the page's thread was; fails only where the end is never reached.
import { DESKTOP, call, publish, story } from './harness.mjs';

// Told twice to one Holdfast, the story has lists of its own.
const MARK = Date.now().toString(36);
const WIDE = 250;
const TASKS = 10_000;

/** Every task of the thread above 50 ms, as the browser tells it, from the first line of the page on. */
function watchTasks() {
  globalThis.longTasks = [];
  const seen = (list) => globalThis.longTasks.push(...list.getEntries().map((each) => each.duration));
  new PerformanceObserver(seen).observe({ type: 'longtask', buffered: true });
}

/** Scrolls an element a frame at a time until its end stands still, as a person who holds the page-down key. */
function scrollOn([selector, step, seconds]) {
  const box = document.querySelector(selector);
  const until = performance.now() + seconds * 1000;
  let still = 0;
  return new Promise((done) => {
    const frame = () => {
      const before = box.scrollTop;
      box.scrollTop += step;
      still = box.scrollTop === before ? still + 1 : 0;
      const last = [...box.querySelectorAll('[aria-posinset]')].at(-1);
      const at = last ? Number(last.getAttribute('aria-posinset')) : 0;
      if (still > 300 || performance.now() > until) done({ at, frames: still });
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function figures(page, name) {
  await page.waitForTimeout(300);
  const found = await page.evaluate(() => globalThis.longTasks.splice(0).map(Math.round));
  const above = found.filter((each) => each > 200);
  const longest = found.length > 0 ? `${Math.max(...found)} ms` : 'none above 50 ms';
  console.log(`${name}: longest task ${longest}, ${found.length} above 50 ms, ${above.length} above 200 ms`);
}

const part = (n, more = {}) => ({ id: `part${n}`, kind: 'task', title: `Look at part ${n}`, ...more });

await story('long', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  const wide = Array.from({ length: WIDE }, (_, n) => part(n, { after: [] }));
  await publish(admin, { holdfast: 1, key: `wide-${MARK}`, name: 'Many parts', steps: wide });
  const phases = Array.from({ length: 10 }, (_, n) => ({ id: `phase${n}`, title: `Phase ${n + 1}` }));
  const long = Array.from({ length: 300 }, (_, n) =>
    part(n, { phase: `phase${Math.floor(n / 30)}`, after: n < 6 ? [] : `part${n - 6}` }),
  );
  await publish(admin, { holdfast: 1, key: `long-${MARK}`, name: 'A long way', phases, steps: long });

  const page = await open('ann', DESKTOP);
  const run = await call(page, 'POST', '/v1/runs', { definition: `long-${MARK}` });
  const many = [run];
  for (let n = 0; n < TASKS / WIDE; n += 1)
    many.push(await call(page, 'POST', '/v1/runs', { definition: `wide-${MARK}` }));
  await page.addInitScript(watchTasks);
  await page.goto(new URL(`/work?definition=wide-${MARK}`, page.url()).href);
  const list = page.getByRole('list', { name: 'Tasks' });
  await list.getByRole('listitem').first().waitFor();
  await figures(page, `a list of ${TASKS} tasks, opened`);
  const { at } = await page.evaluate(scrollOn, ['[role=list][aria-label=Tasks]', 900, 150]);
  await figures(page, `a list of ${TASKS} tasks, scrolled to its end`);
  if (at !== TASKS) throw new Error(`the list ends at ${at} of ${TASKS}`);
  await page.waitForTimeout(12_000);
  await figures(page, `a list of ${TASKS} tasks, asked for anew`);
  await look(page, 'tasks');
  await page.evaluate(() => globalThis.longTasks.splice(0));

  await page.goto(new URL(`/runs/${run.id}`, page.url()).href);
  await page.getByRole('heading', { level: 2 }).waitFor();
  await figures(page, 'a run of 300 steps, opened');
  await page.evaluate(scrollOn, ['html', 300, 30]);
  await figures(page, 'a run of 300 steps, scrolled to its end');
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('.react-flow__node').first().waitFor();
  await figures(page, 'its graph, opened');
  const box = await page.locator('.react-flow').boundingBox();
  await page.mouse.move(box.x + box.width - 20, box.y + 200);
  for (let n = 0; n < 8; n += 1) {
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y + 200, { steps: 6 });
    await page.mouse.up();
    await page.mouse.move(box.x + box.width - 20, box.y + 200);
  }
  await figures(page, 'its graph, moved along');
  await look(page, 'run');

  // Whoever comes next finds the work list as it was.
  for (const each of many)
    await call(page, 'POST', `/v1/runs/${each.id}/commands`, { type: 'abort', text: 'Looked at' });
});
