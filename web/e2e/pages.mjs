// Every page there is, in light and dark, on a desk and in a hand; times in three ways; and all of it in German.
import { DESKTOP, PHONE, base, call, fits, settled, story } from './harness.mjs';

const TABS = ['history', 'graph', 'why'];

/** Where the links of the menu lead: a page that is added is looked at without a word here. */
async function menu(page) {
  const links = page.locator('nav a[href^="/"]');
  const found = await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')));
  return [...new Set(found)];
}

async function ready(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await settled(page);
}

await story('pages', async ({ open, look }) => {
  const lea = await open('lea', DESKTOP);
  const { items: orders } = await call(lea, 'GET', '/v1/sources/demo/collections/orders/rows?limit=1');
  const run = await call(lea, 'POST', '/v1/runs', { definition: 'refund', record: orders[0].id });
  const paths = (await menu(lea)).map((path) => [path.slice(1), path]);
  paths.push(['record', `/records/demo.orders/${orders[0].id}`], ['run', `/runs/${run.id}`]);
  paths.push(...TABS.map((tab) => [`run-${tab}`, `/runs/${run.id}?tab=${tab}`]));
  paths.push(['none', '/runs/run-nobody-knows']);

  for (const [device, options] of [
    ['desk', DESKTOP],
    ['phone', PHONE],
  ]) {
    const door = await open('nobody', options);
    await look(door, `${device}-signin`);
    const page = await open('lea', options);
    for (const [name, path] of paths) {
      await page.goto(base + path);
      await (name === 'none' ? page.getByRole('alert').waitFor() : ready(page));
      if (name === 'run-graph') await page.locator('.react-flow__node').first().waitFor();
      await look(page, `${device}-${name}`);
      await fits(page, `${device}-${name}`);
    }
    await page.context().close();
    await door.context().close();
  }

  // Times: how long ago, by this device's clock, and in UTC.
  await lea.goto(`${base}/runs`);
  const time = lea.locator('time').first();
  const shows = async (style, pattern) => {
    await lea.getByRole('button', { name: 'Lea' }).click();
    await lea.getByText(style, { exact: true }).click();
    await lea.keyboard.press('Escape');
    await lea.waitForFunction(
      (wanted) => new RegExp(wanted).test(document.querySelector('time')?.textContent),
      pattern,
    );
  };
  await time.waitFor();
  await shows('local', '\\d:\\d\\d( [AP]M)?$');
  await shows('UTC', 'UTC$');
  await shows('relative', 'ago|this minute');

  // German: what the page says, and what it says it speaks.
  await lea.getByRole('button', { name: 'Lea' }).click();
  await lea.getByText('Deutsch', { exact: true }).click();
  await lea.keyboard.press('Escape');
  await lea.getByRole('heading', { level: 1, name: 'Läufe' }).waitFor();
  await look(lea, 'german-runs');
  await lea.goto(`${base}/runs/${run.id}`);
  await lea.getByRole('tab', { name: 'Verlauf' }).waitFor();
  if ((await lea.evaluate(() => document.documentElement.lang)) !== 'de')
    throw new Error('the page does not say that it is German');
  await look(lea, 'german-run');
});
