// Two builders work on the same draft. Whoever saves second sees what the other did and what they did themselves, and
// puts both together; nothing is lost, and undoing brings back one's own.
import { DESKTOP, at, base, call, retitle, saved, stepRow, story, task } from './harness.mjs';

const KEY = `shared-${Date.now()}`;
const DRAFT = {
  holdfast: 1,
  key: KEY,
  name: 'Shared',
  steps: [task('read', 'Read it'), task('tell', 'Tell them')],
};

async function rename(page, from, to) {
  await at(page, from);
  await retitle(page, to);
}

await story('builder-conflict', async ({ open, look }) => {
  const [first, second] = [await open('admin', DESKTOP), await open('admin', DESKTOP)];
  await call(first, 'POST', '/v1/definitions', DRAFT);
  for (const page of [first, second]) {
    await page.goto(`${base}/definitions/${KEY}`);
    await stepRow(page, 'Tell them').waitFor();
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
  await stepRow(second, 'Read it twice').waitFor();
  await stepRow(second, 'Tell everybody').waitFor();
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
  await stepRow(first, 'Tell everybody').waitFor();
  await first.getByRole('button', { name: 'Undo' }).click();
  await stepRow(first, 'Tell nobody').waitFor();
  await first.getByRole('button', { name: 'Redo' }).click();
  await stepRow(first, 'Tell everybody').waitFor();
  await saved(first);
  const { draft_document: kept } = await call(first, 'GET', `/v1/definitions/${KEY}`);
  const titles = kept.steps.map((step) => step.title).join(', ');
  if (titles !== 'Read it twice, Tell everybody') throw new Error(`the draft says: ${titles}`);
});
