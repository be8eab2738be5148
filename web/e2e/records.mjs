// A technician finds the work orders of a day and opens one: its work begins by itself. A record is looked at, a run is
// begun with inputs, and a second one on the same record is not: the way leads to the first.
import { DESKTOP, PHONE, base, call, publish, story } from './harness.mjs';

const VISIT = {
  holdfast: 1,
  key: `visit-${Date.now()}`,
  name: 'Yearly visit',
  record: 'demo.work_orders',
  start: { triggers: [{ type: 'opened', work_types: ['maintenance'] }] },
  steps: [
    { id: 'go', kind: 'task', title: 'Drive there' },
    { id: 'look', kind: 'task', title: 'Look at the boiler' },
  ],
};
const KEY = `goodwill-${Date.now()}`;
const GOODWILL = {
  holdfast: 1,
  key: KEY,
  name: 'Goodwill',
  description: 'What a customer gets **beyond** what is due.',
  record: 'demo.orders',
  purposes: ['voucher', 'gift'],
  inputs: [
    {
      id: 'why',
      type: 'choice',
      label: 'Why',
      required: true,
      options: [
        { id: 'late', label: 'It came late' },
        { id: 'broken', label: 'It was broken' },
      ],
    },
    { id: 'limit', type: 'money', label: 'At most', default: '= record.total', min: 1 },
  ],
  steps: [
    { id: 'offer', kind: 'task', title: 'Make an offer', purposes: ['voucher'] },
    { id: 'pack', kind: 'task', title: 'Pack a gift', purposes: ['gift'] },
  ],
};

await story('records', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  for (const each of [VISIT, GOODWILL]) await publish(admin, each);
  const page = await open('ben', DESKTOP);

  // The work orders of a technician and a day: filters in the address, found again by going back.
  await page.goto(`${base}/records?collection=demo.work_orders`);
  await page.getByRole('row').nth(1).waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const filter = page.getByRole('dialog', { name: 'Filter' });
  await filter.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'assigned_to' }).click();
  await filter.getByRole('button', { name: 'me', exact: true }).click();
  await page.getByText('assigned to: me').waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await filter.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'planned_on' }).click();
  await filter.getByRole('combobox', { name: 'Value' }).fill('2026-12-02');
  await page.getByRole('option', { name: '2026-12-02' }).click();
  await filter.getByRole('button', { name: 'Use this filter' }).click();
  await page.getByText('1 record shown').waitFor();
  await page.getByRole('link', { name: 'w2' }).waitFor();
  await look(page, 'list');

  // The record: its summary says what opening it begins; its details hold everything.
  await page.getByRole('link', { name: 'w2' }).click();
  await page.getByText(/Opening this record begins: Yearly visit/).waitFor();
  await look(page, 'summary');
  await page.getByRole('tab', { name: 'Details' }).click();
  await page.getByRole('link', { name: /customer c2/ }).waitFor();
  await look(page, 'details');

  // Its work: begun by opening it, the first step at once, beside the list.
  await page.getByRole('tab', { name: 'Summary' }).click();
  await page.getByRole('link', { name: 'Open the work on it' }).click();
  await page.getByRole('heading', { level: 2, name: /Yearly visit/ }).waitFor();
  await page.getByText(/held by ben/).waitFor();
  const rail = page.getByRole('navigation', { name: 'Steps' });
  await rail.waitFor();
  await look(page, 'workspace');
  // Another record, of a type nothing is linked to; then the first one again: the same run goes on.
  const first = page.url();
  await page.getByRole('button', { name: /^w1/ }).click();
  await page.getByText('No workflow begins by itself on this record.').waitFor();
  await look(page, 'workspace-unlinked');
  await page.goto(first);
  await page.getByText(/held by ben/).waitFor();

  // A start with inputs: refused with what is missing at its field, then begun for somebody.
  await page.goto(`${base}/records?collection=demo.orders`);
  await page.getByRole('button', { name: 'Start… o3' }).click();
  await page.getByRole('menuitem', { name: 'Goodwill…' }).click();
  await page.getByRole('heading', { level: 2, name: 'Goodwill' }).waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page
    .getByText(/required|missing/i)
    .first()
    .waitFor();
  await page.getByRole('radio', { name: 'It came late' }).check();
  await page.getByRole('checkbox', { name: 'voucher' }).check();
  await page.getByRole('combobox', { name: 'For whom' }).click();
  await page.getByRole('option', { name: 'Ben' }).click();
  await page.keyboard.press('Escape');
  await look(page, 'start');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: /Goodwill/ }).waitFor();
  await page
    .getByText(/for ben/)
    .first()
    .waitFor();
  const run = new URL(page.url()).pathname;

  // The same again is not begun twice.
  await page.goto(`${base}/start?definition=${KEY}&record=o3`);
  await page.getByText('A run is open on this record already').waitFor();
  await look(page, 'duplicate');
  await page.getByRole('link', { name: 'Open that run' }).click();
  await page.getByRole('heading', { level: 1, name: /Goodwill/ }).waitFor();
  if (new URL(page.url()).pathname !== run) throw new Error('another run was opened');

  const phone = await open('ben', PHONE);
  await phone.goto(`${base}/workspace?collection=demo.work_orders&f.assigned_to=@me`);
  await phone.getByRole('button', { name: /^w2/ }).waitFor();
  await look(phone, 'phone-workspace');
  await phone.getByRole('button', { name: /^w2/ }).click();
  await phone.getByRole('heading', { level: 2, name: /Yearly visit/ }).waitFor();
  await look(phone, 'phone-open');

  for (const each of [VISIT, GOODWILL]) await call(admin, 'POST', `/v1/definitions/${each.key}/archive`, {});
});
