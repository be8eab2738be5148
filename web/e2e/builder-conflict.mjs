// Two builders work on the same draft. Whoever saves second sees what the other did and what they did themselves, and
// puts both together; nothing is lost, and undoing brings back one's own.
import { DESKTOP, base, call, story } from './harness.mjs';

const KEY = `shared-${Date.now()}`;
const TASK = (id, title) => ({ id, kind: 'task', title });
const DRAFT = {
  holdfast: 1,
  key: KEY,
  name: 'Shared',
  steps: [TASK('read', 'Read it'), TASK('tell', 'Tell them')],
};

const row = (page, title) => page.locator('.builder-step').filter({ hasText: title }).first();
const saved = (page) =>
  page
    .getByRole('status')
    .filter({ hasText: /^Saved$/ })
    .waitFor();

async function rename(page, from, to) {
  await row(page, from).click();
  await page.getByRole('heading', { level: 2, name: from }).waitFor();
  await page.getByRole('textbox', { name: 'Title' }).fill(to);
  await page.keyboard.press('Tab');
}

await story('builder-conflict', async ({ open, look }) => {
  const [first, second] = [await open('admin', DESKTOP), await open('admin', DESKTOP)];
  await call(first, 'POST', '/v1/definitions', DRAFT);
  for (const page of [first, second]) {
    await page.goto(`${base}/definitions/${KEY}`);
    await row(page, 'Tell them').waitFor();
  }

  // Apart from each other: both hold.
  await rename(first, 'Read it', 'Read it twice');
  await saved(first);
  await rename(second, 'Tell them', 'Tell everybody');
  const dialog = second.getByRole('dialog');
  await dialog.getByText('What admin changed').waitFor();
  await dialog.getByText('Read it twice').first().waitFor();
  await dialog.getByText('Tell everybody').first().waitFor();
  await look(second, 'apart');
  await dialog.getByRole('button', { name: 'Put both together' }).click();
  await row(second, 'Read it twice').waitFor();
  await row(second, 'Tell everybody').waitFor();
  await saved(second);

  // The same thing: one is chosen, and Undo brings the other back. The first page has not looked since.
  await rename(first, 'Tell them', 'Tell nobody');
  const choice = first.getByRole('dialog');
  await choice.getByText('One thing both of you changed: choose').waitFor();
  const together = choice.getByRole('button', { name: 'Put both together' });
  if (await together.isEnabled()) throw new Error('nothing was chosen, and it can be put together');
  await look(first, 'both');
  await choice.getByRole('radio', { name: /^Theirs/ }).check();
  await together.click();
  await row(first, 'Tell everybody').waitFor();
  await first.getByRole('button', { name: 'Undo' }).click();
  await row(first, 'Tell nobody').waitFor();
  await first.getByRole('button', { name: 'Redo' }).click();
  await row(first, 'Tell everybody').waitFor();
  await saved(first);
  const { draft_document: kept } = await call(first, 'GET', `/v1/definitions/${KEY}`);
  const titles = kept.steps.map((step) => step.title).join(', ');
  if (titles !== 'Read it twice, Tell everybody') throw new Error(`the draft says: ${titles}`);
});
