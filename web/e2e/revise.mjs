// A refund was paid, and the amount was wrong: what going back does is shown first, what was paid is taken back, and
// the two answers stand side by side.
import { DESKTOP, base, publish, story } from './harness.mjs';

const PAY = { order: '= record.id', amount: '= steps.check.output.amount' };
const MAIL = {
  to: '= record.email',
  subject: 'Your refund',
  text: 'We paid back ${steps.check.output.amount}.',
};
const DEFINITION = {
  holdfast: 1,
  key: 'amends',
  name: 'Making amends',
  record: 'demo.orders',
  start: { one_per_record: false },
  steps: [
    {
      id: 'check',
      kind: 'task',
      title: 'Say how much',
      fields: [
        { id: 'amount', type: 'money', label: 'Amount', min: 1, required: true },
        { id: 'why', type: 'text', label: 'What went wrong', required: true },
      ],
    },
    {
      id: 'pay',
      kind: 'action',
      title: 'Pay back',
      action: 'demo.refund',
      execute: 'automatic',
      with: PAY,
      undo: { action: 'demo.cancel_refund', with: { refund: '= output.id' } },
    },
    {
      id: 'tell',
      kind: 'action',
      title: 'Tell the customer',
      action: 'email.send',
      execute: 'automatic',
      with: MAIL,
    },
    { id: 'file', kind: 'task', title: 'File it' },
  ],
};

await story('revise', async ({ open, look }) => {
  await publish(await open('admin', DESKTOP), DEFINITION);
  const page = await open('lea', DESKTOP);
  await page.goto(`${base}/records/demo.orders/o3`);
  await page.getByRole('button', { name: /Making amends/ }).click();
  await answered(page, '50', 'Delivered late');
  await page.getByRole('heading', { level: 2, name: 'File it' }).waitFor();

  await railed(page, 'Say how much').click();
  await page.getByRole('button', { name: 'Revise', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('checkbox', { name: /Pay back/ }).check();
  if (await asked.getByRole('checkbox', { name: /Tell the customer/ }).isEnabled())
    throw new Error('a mail was sent: it cannot be taken back');
  await asked.getByLabel('Reason').fill('It was the express delivery: 75');
  await look(page, 'preview');
  await asked.getByRole('button', { name: 'Revise', exact: true }).click();
  await asked.waitFor({ state: 'hidden' });

  await page.getByRole('heading', { level: 2, name: 'Say how much' }).waitFor();
  await page.getByRole('button', { name: 'Complete', exact: true }).waitFor();
  if ((await page.getByLabel('What went wrong').inputValue()) !== 'Delivered late')
    throw new Error('the step opens with what was answered before');
  await answered(page, '75', 'Delivered late');
  await page.getByRole('heading', { level: 2, name: 'File it' }).waitFor();
  await railed(page, 'Say how much').click();
  const rounds = page.getByRole('table', { name: 'Rounds side by side' });
  await rounds.getByText('75', { exact: true }).waitFor();
  await rounds.getByText('50', { exact: true }).waitFor();
  await look(page, 'rounds');
  await page.getByRole('tab', { name: 'Around it' }).click();
  await page
    .getByText(/Pay back/)
    .first()
    .waitFor();
  await look(page, 'undone');
  await taken(page);
});

async function answered(page, amount, why) {
  await page.getByRole('heading', { level: 2, name: 'Say how much' }).waitFor();
  await page.getByLabel('Amount').fill(amount);
  await page.getByLabel('What went wrong').fill(why);
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
}

function railed(page, title) {
  return page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: title });
}

/** One refund of 50 was taken back, one of 75 stands. */
async function taken(page) {
  const found = await page.evaluate(async () => {
    const answer = await fetch('/v1/sources/demo/collections/refunds/rows?limit=200');
    return (await answer.json()).items.map((row) => `${row.amount} ${row.status}`);
  });
  if (
    !found.some((row) => /^50(\.0+)? cancel/.test(row)) ||
    !found.some((row) => /^75(\.0+)? (?!cancel)/.test(row))
  )
    throw new Error(`refunds are ${found.join(', ')}`);
}
