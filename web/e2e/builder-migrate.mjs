// Twenty runs are open when a workflow changes. They are looked at before any is moved, each is told what became of it,
// and every template opened in the builder and saved by it is the document it was.
import { DESKTOP, base, call, publish, retitle, saved, stepRow, story, task } from './harness.mjs';

const KEY = `moved-${Date.now()}`;
const BEFORE = {
  holdfast: 1,
  key: KEY,
  name: 'Moved',
  steps: [task('read', 'Read it'), task('old', 'The old way')],
};
const RUNS = 20;
const PAST = 3;

await story('builder-migrate', async ({ open, look }) => {
  const page = await open('admin', DESKTOP);
  await publish(page, BEFORE);
  const ann = await open('ann', DESKTOP);
  for (let n = 0; n < RUNS; n += 1) {
    const run = await call(ann, 'POST', '/v1/runs', { definition: KEY });
    // Some stand on the step that goes away.
    if (n < PAST)
      await call(ann, 'POST', `/v1/runs/${run.id}/commands`, { type: 'complete', step: 'read', output: {} });
  }

  await page.goto(`${base}/definitions/${KEY}`);
  await page.getByText(`used by ${RUNS} open runs`).first().waitFor();
  await stepRow(page, 'The old way').click();
  await retitle(page, 'The new way');
  await page.getByRole('textbox', { name: 'Name for references' }).fill('new_way');
  await page.keyboard.press('Enter');
  await page.waitForURL(/step=new_way/);
  await saved(page);
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('They go on by the version they began with.').waitFor();
  await dialog.getByText('The new way').first().waitFor();
  await look(page, 'publish');
  await dialog.getByRole('button', { name: 'Publish as version 2' }).click();

  // The look at all of them comes before anything is moved.
  await page.getByText(`${RUNS - PAST} × Safe to move, ${PAST} × Needs a mapping`).waitFor();
  await look(page, 'preview');
  await page.getByRole('combobox', { name: 'Instead of old' }).click();
  await page.getByRole('option', { name: 'new_way' }).click();
  await page.getByText(`${RUNS} × Safe to move`).waitFor();
  await page.getByRole('button', { name: `Move ${RUNS} runs` }).click();
  await page.getByText(`${RUNS} of ${RUNS} done`).waitFor();
  await look(page, 'moved');
  // A notice has a button of that name too.
  await page.getByRole('tabpanel').getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText('Every open run is on version 2.').waitFor();

  await templates(page);
});

/** Opened, changed, changed back by undoing, and saved: the same document, by way of every view. */
async function templates(page) {
  const { items } = await call(page, 'GET', '/v1/templates');
  for (const { id, document } of items) {
    const key = `${id}-${KEY}`;
    await call(page, 'POST', '/v1/definitions', { ...document, key });
    await page.goto(`${base}/definitions/${key}`);
    await page.locator('.react-flow__node').first().waitFor();
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Another name');
    await saved(page);
    await page.getByRole('tab', { name: 'YAML' }).click();
    await page.getByRole('textbox', { name: 'The workflow as YAML' }).waitFor();
    await name.fill(document.name);
    await page.getByRole('heading', { level: 1, name: document.name }).waitFor();
    await page.keyboard.press('Control+s');
    await page
      .getByRole('status')
      .filter({ hasText: /^Not saved yet|Saving/ })
      .waitFor({ state: 'hidden' });
    await saved(page);
    const { draft_document: kept } = await call(page, 'GET', `/v1/definitions/${key}`);
    const wanted = { ...document, key };
    if (sorted(kept) !== sorted(wanted)) throw new Error(`${id} is another document: ${sorted(kept)}`);
  }
}

function sorted(value) {
  return JSON.stringify(value, (_, each) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
