// What one does with workflows from afar: one from a template, a copy of it, out into a file and in again, put away and
// brought back. A key that is taken is not taken twice.
import { readFileSync } from 'node:fs';
import { DESKTOP, base, call, saved, stepRow, story } from './harness.mjs';

const KEY = `sale-${Date.now()}`;

const row = (page, key) => page.getByRole('row').filter({ hasText: key });
const list = async (page, search = '') => {
  await page.goto(`${base}/definitions${search}`);
  await page.getByRole('heading', { level: 1, name: 'Workflows' }).waitFor();
};

async function create(page, key) {
  await page.getByRole('button', { name: 'New workflow' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Solar installation sale' }).check();
  await dialog.getByRole('textbox', { name: 'Key' }).fill(key);
  await dialog.getByRole('button', { name: 'Create' }).click();
  return dialog;
}

async function choose(page, key, command) {
  await row(page, key)
    .getByRole('button', { name: /^More for/ })
    .click();
  await page.getByRole('menuitem', { name: command, exact: true }).click();
}

await story('builder-list', async ({ open, look }) => {
  const page = await open('admin', DESKTOP);
  await list(page);
  await create(page, KEY);
  await page.getByRole('heading', { level: 1, name: 'Solar installation sale' }).waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  await look(page, 'template');
  await stepRow(page, 'Call the customer').click();
  await page.getByRole('button', { name: 'Add a step' }).click();
  const palette = page.getByRole('dialog');
  await palette.getByRole('tab', { name: 'Ready steps' }).click();
  await palette.getByRole('button', { name: /^Signature/ }).click();
  await page.getByRole('heading', { level: 2, name: 'Signature' }).waitFor();
  await saved(page);

  // A key that somebody has is refused, with nothing lost.
  await list(page);
  const dialog = await create(page, KEY);
  await dialog.getByText(`There is a workflow with the key ${KEY} already.`).waitFor();
  await dialog.getByRole('button', { name: 'Never mind' }).click();

  // Published, out into a file, and in again under a key with a number.
  await page.goto(`${base}/definitions/${KEY}`);
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish as version 1' }).click();
  await page.getByText('Version 1 is published.').waitFor();
  await list(page, `?q=${KEY}`);
  const saving = page.waitForEvent('download');
  await choose(page, 'version 1', 'Export');
  const file = await (await saving).path();
  if (!readFileSync(file, 'utf8').includes(`"key": "${KEY}"`))
    throw new Error('the file does not hold the workflow');
  await page.getByRole('button', { name: 'New workflow' }).click();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import a file' }).click();
  await (
    await choosing
  ).setFiles({ name: 'sale.json', mimeType: 'application/json', buffer: readFileSync(file) });
  await page.waitForURL(new RegExp(`${KEY}-2`));

  // A copy, and the first one put away and brought back.
  await list(page, `?q=${KEY}`);
  await choose(page, `${KEY}-2`, 'Duplicate');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Key' }).fill(`${KEY}-copy`);
  await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click();
  await page.waitForURL(new RegExp(`${KEY}-copy`));
  await list(page, `?q=${KEY}`);
  await row(page, `${KEY}-copy`).waitFor();
  const first = page.getByRole('row').filter({ hasText: 'version 1' });
  await first.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await first.waitFor({ state: 'detached' });
  await page.getByRole('switch', { name: 'Archived too' }).click({ force: true });
  await first.getByText('archived').waitFor();
  await look(page, 'archived');
  await first.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Bring back' }).click();
  await first.getByText('archived').waitFor({ state: 'detached' });
  // Left alone it would be offered beside the one that it was made from, to everybody who comes after.
  await call(page, 'POST', `/v1/definitions/${KEY}/archive`, {});
});
