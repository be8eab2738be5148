// Ann begins a sale and saves it for later, with a reason; Ben, in another browser, takes it up where it stands.
import { DESKTOP, base, story } from './harness.mjs';

const CUSTOMER = `${base}/records/demo.customers/c3`;

await story('handover', async ({ open, look }) => {
  const ann = await open('ann', DESKTOP);
  await ann.goto(CUSTOMER);
  await ann.getByRole('button', { name: 'Solar installation sale' }).waitFor();
  await look(ann, 'record');
  await ann.getByRole('button', { name: 'Solar installation sale' }).click();
  await ann.getByText(/held by ann/).waitFor();
  await ann.getByRole('button', { name: 'Save for later' }).click();
  const asked = ann.getByRole('dialog');
  await asked.getByLabel('Reason').fill('The customer is not at home');
  await asked.getByRole('button', { name: 'Save for later' }).click();
  await asked.waitFor({ state: 'hidden' });
  await ann.getByText('saved', { exact: true }).waitFor();
  await look(ann, 'saved');

  const ben = await open('ben', DESKTOP);
  await ben.goto(CUSTOMER);
  await ben.getByRole('link', { name: /Solar installation sale/ }).click();
  await ben.getByText('saved', { exact: true }).waitFor();
  await ben.getByRole('button', { name: 'Resume' }).click();
  await ben.getByText(/held by ben/).waitFor();
  await look(ben, 'resumed');
});
