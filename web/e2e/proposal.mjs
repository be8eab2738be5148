// What a machine proposes, with no AI about: a record update and a mail, matched from what the run knows, are confirmed
// with one change each; a second mail is declined; a refund that one person wants is approved by another. Afterwards the
// row, and what was sent and paid, are asked of the API.
import { DESKTOP, PHONE, base, call, expect, publish, shown, story } from './harness.mjs';

const KEY = `proposed-${Date.now()}`;
const MAIL = { kind: 'action', action: 'email.send', instruction: 'Write to the customer' };
const DEFINITION = {
  holdfast: 1,
  key: KEY,
  name: 'Put an order right',
  record: 'demo.orders',
  start: { one_per_record: false },
  steps: [
    { id: 'order', kind: 'get_data', title: 'Order', fields: ['total', 'paid', 'email', 'status'] },
    {
      id: 'fix',
      kind: 'update_data',
      title: 'Correct the order',
      instruction: 'Correct it',
      set: { status: 'open' },
    },
    { ...MAIL, id: 'tell', title: 'Tell the customer', with: { subject: 'Your order' } },
    { ...MAIL, id: 'remind', title: 'Remind the customer', with: { subject: 'Again', text: 'Please pay.' } },
    {
      id: 'pay',
      kind: 'action',
      action: 'demo.refund',
      title: 'Pay back',
      execute: 'assisted',
      with: { order: '= record.id', amount: 4 },
      approval: { roles: ['lead'] },
    },
    {
      id: 'book',
      kind: 'update_data',
      title: 'Book it',
      execute: 'automatic',
      set: { status: 'refunded' },
      advance: 'manual',
      button: 'Looks right',
      color: 'green',
    },
  ],
};

await story('proposal', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, DEFINITION);
  const page = await open('ann', DESKTOP);
  const { id: run } = await call(page, 'POST', '/v1/runs', { definition: KEY, record: 'o2' });
  const before = await row(page);
  await page.goto(`${base}/runs/${run}`);
  await corrected(page, look);
  await told(page, look, before.email, await open('ann', PHONE));
  await declined(page);
  await wanted(page);
  await approved(await open('lea', DESKTOP), page, run, look);
  await booked(page, look);
  await kept(page, run, before);
});

/** The row as proposed, with one column changed, one emptied, and one put back. */
async function corrected(page, look) {
  await shown(page, 'Correct the order');
  await page.getByText('Matched from what the run knows').waitFor();
  await page.getByText(/^Sure: \d+ %/).waitFor();
  const status = page.getByRole('textbox', { name: 'Status' });
  expect(await status.inputValue(), 'open');
  await status.fill('checked');
  await page.getByText('(proposed: open)').waitFor();
  await page.getByRole('button', { name: 'Put back: Status' }).click();
  expect(await status.inputValue(), 'open');
  await status.fill('checked');
  await page.getByRole('button', { name: 'Empty it: Payment ref' }).click();
  await page.getByText('will be emptied').waitFor();
  await look(page, 'update');
  // What it is based on is a place beside the step, gone to without losing what was entered.
  await page.getByRole('link', { name: 'Order', exact: true }).first().click();
  await page.getByRole('button', { name: 'Order', exact: true, expanded: true }).waitFor();
  expect(await status.inputValue(), 'checked');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
}

/** The mail with the address of the order; its text is a person's. */
async function told(page, look, email, phone) {
  await shown(page, 'Tell the customer');
  const to = page.getByRole('textbox', { name: 'To', exact: true });
  expect(await to.inputValue(), email);
  await page.getByText(/^Not sure: 0 %/).waitFor();
  // Without a text it stays, and says what it needs: nothing goes by itself.
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await page.getByText('This is missing.').first().waitFor();
  await page.getByRole('textbox', { name: 'Text' }).fill('We put your order right.');
  await page.getByText('added by a person').waitFor();
  await look(page, 'mail');
  // What was begun here is found on a phone too.
  await page.getByText('Draft saved').waitFor();
  await phone.goto(page.url());
  await shown(phone, 'Tell the customer');
  expect(await phone.getByRole('textbox', { name: 'Text' }).inputValue(), 'We put your order right.');
  await look(phone, 'phone');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
}

async function declined(page) {
  await shown(page, 'Remind the customer');
  await page.getByRole('button', { name: 'Decline', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Reason').fill('They have paid.');
  await asked.getByRole('button', { name: 'Decline' }).click();
}

/** Ann wants the refund: she confirms it, and cannot agree to it herself. */
async function wanted(page) {
  await shown(page, 'Pay back');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await page.getByText('It is done in your name, so somebody else has to agree.').waitFor();
  expect(await page.getByRole('button', { name: 'Approve', exact: true }).count(), 0);
}

/** While the lead looks, the amount is changed: her agreement is for what she has looked at, and for nothing else. */
async function approved(lead, page, run, look) {
  await lead.goto(`${base}/runs/${run}?step=pay`);
  await lead.getByRole('rowheader', { name: 'amount' }).waitFor();
  await look(lead, 'approval');
  const step = await call(page, 'GET', `/v1/runs/${run}/steps/pay`);
  const changed = { type: 'complete', step: 'pay', execution: step.execution, output: { amount: 3 } };
  await call(page, 'POST', `/v1/runs/${run}/commands`, changed);
  await lead.getByRole('button', { name: 'Approve', exact: true }).click({ force: true });
  await lead.getByText('The values changed since you looked').waitFor();
  await look(lead, 'changed');
  expect(await lead.getByRole('button', { name: 'Approve', exact: true }).isDisabled(), true);
  expect((await call(page, 'GET', `/v1/runs/${run}/steps/pay`)).approval.given, []);
  await lead.getByRole('button', { name: 'I have looked at the new values' }).click();
  await lead.getByRole('button', { name: 'Approve', exact: true }).click();
  await lead.getByRole('heading', { level: 2, name: 'Pay back', exact: true }).waitFor({ state: 'detached' });
}

/** A machine that is through waits for the press its author named. */
async function booked(page, look) {
  await shown(page, 'Book it');
  const press = page.getByRole('button', { name: 'Looks right', exact: true });
  await press.waitFor();
  await look(page, 'done');
  await press.click();
  await page.getByText('completed', { exact: true }).first().waitFor();
}

async function kept(page, run, before) {
  const now = await row(page);
  expect([now.payment_ref, now.status, now.email], [null, 'refunded', before.email]);
  const view = await call(page, 'GET', `/v1/runs/${run}`);
  const of = (id) => view.steps.find((step) => step.id === id);
  expect(of('fix').proposal.confirmed.values, { payment_ref: null, status: 'checked' });
  const { to, text } = of('tell').proposal.confirmed.values;
  expect([to, text, of('tell').proposal.confirmed.by], [before.email, 'We put your order right.', 'ann']);
  expect(Boolean(of('tell').output.id), true);
  expect([of('remind').done_by, of('remind').output], ['declined', null]);
  expect([of('pay').approval.values.amount, of('pay').approval.given.map((each) => each.by)], [3, ['lea']]);
}

function row(page) {
  return call(page, 'GET', '/v1/sources/demo/collections/orders/rows/o2');
}
