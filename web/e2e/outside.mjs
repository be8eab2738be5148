// A visit with two forms for people outside: one is sent, sent to somebody else, taken back; the other is filled in from
// the task itself. The customer is shown how it stands. What is beyond Ann goes into the inbox of another team, with the
// reason, and stands there.
import { DESKTOP, base, call, publish, story, until } from './harness.mjs';

const VISITS = {
  holdfast: 1,
  key: `visits-${Date.now()}`,
  name: 'Visit',
  steps: [
    {
      id: 'visit',
      kind: 'task',
      title: 'Visit the customer',
      journeys: [
        {
          id: 'consent',
          title: 'Consent',
          to: 'eva@customers.example',
          fields: [{ id: 'agreed', type: 'boolean', label: 'I agree', required: true }],
        },
        {
          id: 'intake',
          title: 'Intake',
          complete: false,
          fields: [{ id: 'roof', type: 'text', label: 'Kind of roof', required: true }],
        },
      ],
    },
    { id: 'after', kind: 'task', title: 'Look at the roof', audience: { customer: { label: 'Your roof' } } },
  ],
};

await story('outside', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  await publish(admin, VISITS);
  const ann = await open('ann', DESKTOP);
  const { id: run } = await call(ann, 'POST', '/v1/runs', { definition: VISITS.key });
  await ann.goto(`${base}/runs/${run}?step=visit`);

  // Sent to whom the author named, then to another address, then taken back.
  await ann.getByText('not sent yet').nth(1).waitFor();
  const dialog = ann.getByRole('dialog');
  await ann.getByRole('button', { name: 'Send the link' }).first().click();
  await dialog.getByRole('button', { name: 'Send the link' }).click();
  await ann.getByText('sent to eva@customers.example').waitFor();
  await ann.getByRole('button', { name: 'Send again' }).click();
  await dialog.getByLabel('E-mail address').fill('kim@customers.example');
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await ann.getByText('sent to kim@customers.example').waitFor();
  await ann.getByRole('button', { name: 'Copy the link' }).waitFor();
  await look(ann, 'sent');
  await ann.getByRole('button', { name: 'Take the link back' }).click();
  await ann.getByText('the link was taken back').waitFor();

  // Filled in here: the form says what is missing, the task stays open after this one.
  await ann.getByRole('button', { name: 'Fill in here' }).nth(1).click();
  await dialog.getByText('The task stays open after this form.').waitFor();
  await dialog.getByRole('button', { name: 'Hand in' }).click();
  await dialog.getByText('Kind of roof', { exact: false }).first().waitFor();
  await look(ann, 'form');
  await dialog.getByLabel('Kind of roof').fill('Flat');
  await dialog.getByRole('button', { name: 'Hand in' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await ann.getByText('answered by ann').waitFor();
  const visit = await call(ann, 'GET', `/v1/runs/${run}/steps/visit`);
  if (visit.submitted[0].output.roof !== 'Flat' || visit.status === 'done')
    throw new Error(`other than was entered: ${JSON.stringify(visit.submitted)}`);

  // The customer may see how it stands, until the link is ended.
  await ann.getByRole('button', { name: 'More for this run' }).click();
  await ann.getByRole('menuitem', { name: 'Show somebody outside how it stands' }).click();
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.locator('pre').textContent();
  const nobody = await open('nobody', DESKTOP);
  await nobody.goto(link);
  await nobody.getByText('Your roof').first().waitFor();
  await look(ann, 'progress');
  await dialog.getByRole('button', { name: 'End it' }).click();
  await dialog.getByRole('button', { name: 'End it' }).waitFor({ state: 'detached' });
  await nobody.goto(link);
  await nobody.getByRole('heading', { name: 'This link does not lead anywhere' }).waitFor();
  await ann.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  // Beyond her: into the inbox of another team.
  await ann.getByRole('button', { name: 'More', exact: true }).click();
  await ann.getByRole('menuitem', { name: 'Escalate' }).click();
  const hand = dialog.getByRole('button', { name: 'Escalate' });
  if (await hand.isEnabled()) throw new Error('handed on without a word');
  await dialog.getByRole('combobox', { name: 'To which inbox' }).click();
  await ann.getByRole('option', { name: /compliance/i }).click();
  await dialog.getByLabel('Reason').fill('She says that she is somebody else');
  await look(ann, 'escalate');
  await hand.click();
  await dialog.waitFor({ state: 'hidden' });
  await ann.getByText('Handed on to the inbox compliance by ann').waitFor();
  await look(ann, 'escalated');
  const cy = await open('cy', DESKTOP);
  await until(async () =>
    (await call(cy, 'GET', '/v1/inboxes/compliance/tickets')).items.some((each) => each.run === run),
  );
});
