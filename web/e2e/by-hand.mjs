// What asks for a person where a machine was meant: no model to answer, a mail of another day, a refusal, a draft. Each is
// done by clicking, with nothing lost, and the run is completed.
import { DESKTOP, base, call, expect, publish, shown, story } from './harness.mjs';

const DEFINITION = {
  holdfast: 1,
  key: `odd-${Date.now()}`,
  name: 'Without a model',
  record: 'demo.orders',
  start: { one_per_record: false },
  steps: [
    {
      id: 'think',
      kind: 'ai',
      title: 'Sum it up',
      instruction: 'Sum it up',
      output: [{ id: 'summary', type: 'text', label: 'Summary', required: true }],
    },
    {
      id: 'later',
      kind: 'action',
      action: 'email.send',
      title: 'Mail later',
      execute: 'automatic',
      with: { to: '= record.email', subject: 'Later', text: 'Soon.' },
      schedule: { in: '2 days' },
    },
    {
      id: 'pay',
      kind: 'action',
      action: 'demo.refund',
      title: 'Pay',
      execute: 'automatic',
      with: { order: '= record.id', amount: 1 },
      approval: { roles: ['lead'] },
    },
    {
      id: 'write',
      kind: 'task',
      title: 'Write it down',
      draft: { instruction: 'Fill it in' },
      fields: [
        { id: 'email', type: 'email', label: 'Address' },
        { id: 'why', type: 'text', label: 'Why' },
      ],
    },
  ],
};
await story('by-hand', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, DEFINITION);
  await takenOver(await open('ann', DESKTOP), await open('lea', DESKTOP), look);
});

/** No model: a person answers in its place. A mail of another day goes now, a refusal has its reason, a draft is marked. */
async function takenOver(page, lead, look) {
  const { id: run } = await call(page, 'POST', '/v1/runs', { definition: DEFINITION.key, record: 'o3' });
  await page.goto(`${base}/runs/${run}`);
  await shown(page, 'Sum it up');
  await page.getByText('No AI provider is set up').waitFor();
  await page.getByRole('button', { name: 'Try again', exact: true }).waitFor();
  await look(page, 'no-model');
  await page.getByRole('button', { name: 'Handle manually', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('textbox', { name: 'Summary' }).fill('All is well.');
  await asked.getByRole('button', { name: 'Handle manually' }).click();
  await asked.waitFor({ state: 'detached' });
  await shown(page, 'Mail later');
  await page.getByText('Planned for').waitFor();
  await page.getByRole('button', { name: 'Cancel the schedule', exact: true }).waitFor();
  await look(page, 'scheduled');
  await page.getByRole('button', { name: 'Run now', exact: true }).click();
  await shown(page, 'Pay');
  await refused(lead, run);
  await page.getByText('lea rejected it: Too much').waitFor();
  await page.getByText('Rejected by lea').waitFor();
  await page.getByRole('button', { name: 'Handle manually', exact: true }).click();
  await asked.getByRole('button', { name: 'Handle manually' }).click();
  await shown(page, 'Write it down');
  await page.getByText('drafted from what the run knows').waitFor();
  await look(page, 'drafted');
  await page.getByRole('textbox', { name: 'Address' }).fill('other@example.org');
  await page.getByText('drafted from what the run knows').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await page.getByText('completed', { exact: true }).first().waitFor();
  const view = await call(page, 'GET', `/v1/runs/${run}`);
  expect(
    view.steps.map((step) => step.done_by),
    ['manually', 'automation', 'manually', 'person'],
  );
  expect(view.steps[0].output, { summary: 'All is well.' });
}

async function refused(lead, run) {
  await lead.goto(`${base}/runs/${run}?step=pay`);
  await lead.getByRole('button', { name: 'Reject', exact: true }).click();
  const asked = lead.getByRole('dialog');
  await asked.getByLabel('Reason').fill('Too much');
  await asked.getByRole('button', { name: 'Reject' }).click();
}
