// Lea finds the runs of one workflow, keeps the filter, aborts two of them with reasons after a look at them, and moves
// one to a newer version. The page of a run says who saved it and why; what a machine could not do asks for a person.
import { DESKTOP, PHONE, base, call, publish, story } from './harness.mjs';

const KEY = `claims-${Date.now()}`;
const STEPS = [
  { id: 'read', kind: 'task', title: 'Read the claim', fields: [{ id: 'sum', type: 'money', label: 'Sum' }] },
  { id: 'pay', kind: 'task', title: 'Pay' },
];
const CLAIM = {
  holdfast: 1,
  key: KEY,
  name: 'Claim',
  teams: ['ops'],
  closing_reasons: { reasons: ['lost', 'duplicate'], choose: 'many', required_on: ['abort'] },
  phases: [{ id: 'all', title: 'Everything' }],
  steps: STEPS.map((step) => ({ ...step, phase: 'all' })),
};

// Its write to the record cannot be done: the field may not be empty.
const MIRROR = {
  holdfast: 1,
  key: `mirror-${Date.now()}`,
  name: 'Mirror',
  record: 'demo.orders',
  sync: [{ event: 'run.started', set: { status: '= null' } }],
  steps: [{ id: 'look', kind: 'task', title: 'Look' }],
};

await story('runs', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, CLAIM);
  const page = await open('lea', DESKTOP);
  const started = [];
  for (let n = 0; n < 4; n += 1)
    started.push(await call(page, 'POST', '/v1/runs', { definition: KEY, labels: [`no-${n}`] }));
  await publish(admin, {
    ...CLAIM,
    steps: [...CLAIM.steps, { id: 'tell', kind: 'task', title: 'Tell', phase: 'all' }],
  });

  // Found by the workflow; the filter is kept.
  await page.goto(`${base}/runs`);
  await page.getByRole('combobox', { name: 'Workflow' }).click();
  await page.getByRole('option', { name: 'Claim', exact: true }).first().waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${base}/runs?definition=${KEY}`);
  await page.getByRole('row').nth(4).waitFor();
  await page.getByRole('button', { name: 'Saved views' }).click();
  const views = page.getByRole('dialog');
  await views.getByLabel('Save these filters as').fill(KEY);
  await views.getByRole('button', { name: 'Save', exact: true }).click();
  await views.getByRole('button', { name: new RegExp(`^${KEY}`) }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${base}/runs?show=all`);
  await page.getByRole('button', { name: 'Saved views' }).click();
  await views.getByRole('button', { name: new RegExp(`^${KEY}`) }).click();
  await page.waitForURL(/definition=claims/);

  // One saved with its reason, from its own page.
  await page.getByRole('link', { name: 'Claim', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Claim' }).waitFor();
  await page.getByRole('button', { name: 'Save for later' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('A letter is missing');
  await page.getByRole('dialog').getByRole('button', { name: 'Save for later' }).click();
  await page.getByText(/because: A letter is missing/).waitFor();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await page.getByLabel('Note on the run').fill('They **called** twice.');
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await page.getByText('called', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Why not moving?' }).click();
  await page.getByText('lea saved the run.').waitFor();
  await look(page, 'saved');

  // Assigned to somebody picked by name, due on a day; the version of another day.
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/because: A letter is missing/).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'More for this run' }).click();
  await page.getByRole('menuitem', { name: 'Assign' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'For whom' }).click();
  await page.getByRole('option', { name: 'Ben' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click();
  await page
    .getByText(/for ben/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Due date of Everything' }).click();
  await page.getByRole('dialog').getByLabel('due').fill('2031-05-06');
  await page.getByRole('dialog').getByRole('button', { name: 'Set due date' }).click();
  await page.getByRole('navigation', { name: 'Steps' }).getByText(/2031/).waitFor();
  await page.getByRole('button', { name: 'More for this run' }).click();
  await page.getByRole('menuitem', { name: 'Open in Temporal' }).waitFor();
  await page.getByRole('menuitem', { name: 'Move to version…' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'To version' }).click();
  await page.getByRole('option', { name: '2' }).click();
  await page.getByText('Safe to move').waitFor();
  await look(page, 'migrate');
  let asked = 0;
  page.on('request', (request) => (asked += request.url().includes('migrate-preview') ? 1 : 0));
  await page.getByRole('button', { name: 'Move the run' }).click();
  await page.getByText(/version 2/).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  if (asked) throw new Error('a run that has moved was asked about again, and the dialog said that it cannot move');

  // A finished step is corrected without moving the run.
  await page.getByLabel('Sum').fill('100');
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await page.getByRole('heading', { level: 2, name: 'Pay' }).waitFor();
  await page.getByRole('button', { name: /^Read the claim/ }).click();
  await page.getByRole('heading', { level: 2, name: 'Read the claim' }).waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Correct' }).click();
  await page.getByRole('dialog').getByLabel('Sum').fill('120');
  await page.getByRole('dialog').getByLabel('Reason').fill('A typing error');
  await look(page, 'amend');
  await page.getByRole('dialog').getByRole('button', { name: 'Correct' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('tab', { name: 'Context' }).click();
  await page.getByRole('button', { name: 'Copy 120' }).waitFor();

  // Two aborted at once, with reasons; the list says what came of each, and what to do when it is empty.
  await page.goto(`${base}/runs?definition=${KEY}`);
  await page.getByRole('checkbox', { name: 'Pick Claim' }).nth(2).check();
  await page.getByRole('checkbox', { name: 'Pick Claim' }).nth(3).check();
  await page.getByText('2 picked').waitFor();
  await look(page, 'list');
  await page.getByRole('button', { name: 'Do with all of them' }).click();
  await page.getByRole('menuitem', { name: 'Abort' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 of 2 take this.').waitFor();
  await dialog.getByRole('checkbox', { name: 'Lost' }).check();
  await dialog.getByRole('checkbox', { name: 'Duplicate' }).check();
  await look(page, 'abort');
  await dialog.getByRole('button', { name: 'Abort (2)' }).click();
  await dialog.getByText('2 of 2 done').waitFor();
  await look(page, 'aborted');
  await dialog.getByRole('link').first().click();
  await page.getByText(/Closed because: Lost; Duplicate/).waitFor();
  await look(page, 'closed');
  await page.goto(`${base}/runs?definition=${KEY}&status=saved`);
  await page.getByText(/With these filters there is nothing/).waitFor();
  await look(page, 'nothing');

  // Those that are open to the newer version, together.
  await page.goto(`${base}/runs?definition=${KEY}`);
  await page.getByRole('checkbox', { name: 'Pick all shown' }).check();
  await page.getByRole('button', { name: 'Do with all of them' }).click();
  await page.getByRole('menuitem', { name: 'Move to version…' }).click();
  await dialog.getByRole('combobox', { name: 'To version' }).click();
  await page.getByRole('option', { name: '2' }).click();
  await dialog.getByText('Cannot be moved').first().waitFor();
  await look(page, 'migrate-many');
  await dialog.getByRole('button', { name: 'Move 1 run' }).click();
  await dialog.getByText('done', { exact: true }).waitFor();

  // What a machine beside the steps could not do: tried again, then left with a reason.
  await publish(admin, MIRROR);
  const mirror = await call(page, 'POST', '/v1/runs', { definition: MIRROR.key, record: 'o5' });
  await page.goto(`${base}/runs/${mirror.id}?tab=errands`);
  const asking = page.getByRole('alert').filter({ hasText: 'Something needs a person' });
  await asking.getByText(/status must not be empty/).waitFor();
  await look(page, 'errand');
  await asking.getByRole('button', { name: 'Skip' }).click();
  await dialog.getByLabel('Reason').fill('The field is kept by hand');
  await dialog.getByRole('button', { name: 'Skip' }).click();
  await asking.waitFor({ state: 'hidden' });
  await page.getByText('given up').waitFor();

  const phone = await open('lea', PHONE);
  await phone.goto(`${base}/runs?definition=${KEY}`);
  await phone.getByRole('row').nth(1).waitFor();
  await look(phone, 'phone');
  for (const view of (await call(page, 'GET', '/v1/views')).items)
    await call(page, 'DELETE', `/v1/views/${view.id}`);
  for (const key of [KEY, MIRROR.key]) await call(admin, 'POST', `/v1/definitions/${key}/archive`, {});
});
