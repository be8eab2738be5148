// A task found, claimed, noted and completed without a mouse; every key of the sheet, and all of them switched off.
import { DESKTOP, call, publish, story } from './harness.mjs';

const MARK = Date.now().toString(36);
const KEYS = ['/', 'g i', 'g r', 'g d', 'j', 'k', 'Enter', 'c', 'a', 'e', 'mod Enter', 'Escape', '?'];

await story('keyboard', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  const asked = { id: 'size', type: 'text', label: 'Its size' };
  const steps = [
    { id: 'measure', kind: 'task', title: 'Measure the roof', after: [], fields: [asked] },
    { id: 'draw', kind: 'task', title: 'Draw the plan' },
    { id: 'send', kind: 'task', title: 'Send the plan' },
  ];
  await publish(admin, { holdfast: 1, key: `keys-${MARK}`, name: `Roof ${MARK}`, steps });
  const page = await open('ann', DESKTOP);
  const press = (...all) =>
    all.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const heading = (name) => page.getByRole('heading', { level: 2, name });
  const focused = (locator) => locator.and(page.locator(':focus')).waitFor();
  for (let n = 0; n < 2; n += 1) await call(page, 'POST', '/v1/runs', { definition: `keys-${MARK}` });

  // The palette finds a run by its name; its own keys walk and open.
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Go to, do, find…' }).waitFor();
  await press('Control+k');
  await focused(page.getByRole('textbox', { name: 'Go to, do, find…' }));
  await page.keyboard.type(`Roof ${MARK}`);
  await page
    .getByRole('button', { name: new RegExp(`Roof ${MARK}`) })
    .first()
    .waitFor();
  await look(page, 'palette');
  await press('ArrowDown', 'Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('heading', { level: 1, name: `Roof ${MARK}` }).waitFor();

  // On the run: from step to step, and a field takes letters as letters.
  await heading('Measure the roof').waitFor();
  await press(']');
  await heading('Draw the plan').waitFor();
  await press('[');
  await heading('Measure the roof').waitFor();
  await page.getByLabel('Its size').focus();
  await page.keyboard.type('c a e');
  if ((await page.getByLabel('Its size').inputValue()) !== 'c a e')
    throw new Error('letters did not stay letters');
  await page.getByText('Draft saved').waitFor();
  await press('Control+Enter');
  await focused(heading('Draw the plan'));

  // The list of work: two tasks, one after the other, claimed and noted.
  await press('g', 'i');
  await page.getByRole('heading', { level: 1, name: 'My work' }).waitFor();
  await page
    .getByText(/^All open/)
    .first()
    .click();
  await press('/');
  await focused(page.getByRole('searchbox', { name: 'Search' }));
  await page.keyboard.type(MARK);
  // Until the answer is here the list is the one before, and what is selected of that one goes with it.
  await page.locator('[role=listitem][aria-setsize="2"] >> nth=1').waitFor();
  await press('Escape', 'j', 'j');
  await page.locator('[aria-current=true]').nth(0).waitFor();
  await press('k');
  const title = await page.getByRole('heading', { level: 2 }).textContent();
  await focused(heading(title));
  await page.getByRole('button', { name: 'Claim' }).waitFor();
  await press('c');
  await page.getByRole('button', { name: 'Give back' }).waitFor();
  await press('e');
  await focused(page.getByRole('textbox', { name: 'Add note' }));
  await press('Escape');
  await press('a');
  await page.getByRole('dialog', { name: 'Assign' }).waitFor();
  await press('Escape');
  await page.getByRole('dialog', { name: 'Assign' }).waitFor({ state: 'hidden' });
  await heading(title).waitFor();
  await press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard' });
  await sheet.getByRole('row').nth(10).waitFor();
  await look(page, 'sheet');
  const listed = await sheet
    .getByRole('row')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('kbd')].map((each) => each.textContent).join(' ')),
    );
  const lacking = KEYS.filter((keys) => !listed.some((each) => each.replace(/Ctrl|⌘/, 'mod') === keys));
  if (lacking.length > 0) throw new Error(`the sheet lacks ${lacking.join(', ')} of ${listed.join(', ')}`);
  await press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  await press('Enter');
  await page.getByRole('tab', { name: 'Context' }).waitFor();

  // Rows of a table, one after the other, and the one with the focus opens.
  await press('g', 'r');
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await page.getByRole('row').nth(1).waitFor();
  await press('j', 'j');
  await press('Enter');
  await page.getByRole('tab', { name: 'Context' }).waitFor();
  await press('g', 'd');
  await page.waitForFunction(() => !globalThis.location.pathname.startsWith('/runs'));

  // Switched off, keys are nothing but keys.
  await page.getByRole('button', { name: 'Ann' }).click();
  await page.getByRole('switch', { name: 'Keys as shortcuts' }).focus();
  await press('Space', 'Escape');
  const before = page.url();
  await press('g', 'i', '?', 'Control+k');
  await page.waitForTimeout(300);
  if (page.url() !== before || (await page.getByRole('dialog').count()) > 0)
    throw new Error('keys that are switched off do something');
});
