// A sale in its phases, done by clicking: people, notes, due dates, a mail sent twice from a step, a task added on the
// way, a step left out, an offer that goes back once, and the order signed.
import { DESKTOP, base, story } from './harness.mjs';

await story('solar-sale', async ({ open, look }) => {
  const page = await open('ann', DESKTOP);
  await page.goto(`${base}/records/demo.customers/c5`);
  await page.getByRole('button', { name: /Solar installation sale/ }).click();
  await page.getByRole('heading', { level: 1, name: /Solar installation sale/ }).waitFor();
  for (const phase of ['Lead', 'Qualification', 'Offer', 'Order'])
    await page.getByRole('navigation', { name: 'Steps' }).getByText(phase, { exact: true }).waitFor();
  await look(page, 'begun');

  await step(page, 'Call the customer');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await status(page, 'in progress');
  await more(page, 'Put on hold', 'Calls back tomorrow');
  await status(page, 'on hold');
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await status(page, 'in progress');
  await panel(page).getByLabel('Add note').fill('Asks for **storage** as well.');
  await page.getByRole('button', { name: 'Add note' }).click();
  await panel(page).getByText('storage', { exact: true }).waitFor();
  await due(page, '2026-12-24');
  await look(page, 'call');
  await page.getByRole('radio', { name: 'storage' }).check();
  await complete(page);

  await step(page, 'Check the roof');
  await more(page, 'Skip', 'Seen last year');
  await railed(page, 'Check the roof', 'skipped');

  await page.getByRole('button', { name: 'Add a task' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Title').fill('Take pictures of the fuse box');
  await asked.getByLabel('Description').fill('Before anybody writes an offer.');
  await asked.getByRole('combobox', { name: 'After which step' }).click();
  await page.getByRole('option', { name: 'Ask for the meter' }).click();
  await look(page, 'add');
  await asked.getByRole('button', { name: 'Add a task' }).click();
  await asked.waitFor({ state: 'hidden' });
  await railed(page, 'Take pictures of the fuse box', '');

  await step(page, 'Ask for the meter');
  for (const times of [1, 2]) {
    await page.getByRole('button', { name: 'Mail the grid operator' }).click();
    await panel(page)
      .getByText('done', { exact: true })
      .nth(times - 1)
      .waitFor();
  }
  await look(page, 'mailed');
  await panel(page).getByLabel('Meter number').fill('MT-7781');
  await complete(page);
  await step(page, 'Take pictures of the fuse box');
  await page.getByText('Before anybody writes an offer.').waitFor();
  await complete(page);
  await step(page, 'Does it fit?');
  await page.getByRole('radio', { name: 'It fits' }).check();
  await complete(page);

  await offer(page, '9900');
  await step(page, 'What does the customer say?');
  await page.getByRole('radio', { name: 'Change it' }).check();
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await railed(page, 'Write the offer', 'ready');
  await step(page, 'Write the offer');
  await page.getByText('Rounds side by side').waitFor();
  await look(page, 'back');
  await offer(page, '9400');
  await step(page, 'What does the customer say?');
  await page.getByRole('radio', { name: 'Accepted' }).check();
  await complete(page);

  await step(page, 'Signature');
  await page.getByText('9400').first().waitFor();
  await page.getByLabel('Name of the signer').fill('Maria Santos');
  await complete(page);
  await step(page, 'Hand over to installation');
  await page.getByRole('button', { name: 'Hand over', exact: true }).click();
  await page.getByText('completed', { exact: true }).first().waitFor();
  await look(page, 'sold');
});

function panel(page) {
  return page.locator('.step-panel');
}

/** Selects a step in the rail, unless it is the one that is shown. */
async function step(page, title) {
  const heading = page.getByRole('heading', { level: 2, name: title, exact: true });
  if (!(await heading.isVisible()))
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: title }).click();
  await heading.waitFor();
}

async function status(page, word) {
  await panel(page).getByText(word, { exact: true }).first().waitFor();
}

async function railed(page, title, word) {
  const rail = page.getByRole('navigation', { name: 'Steps' });
  await rail.getByRole('button', { name: new RegExp(`^${title}.*${word}`) }).waitFor();
}

async function complete(page) {
  const title = await panel(page).getByRole('heading', { level: 2 }).textContent();
  await page.getByRole('button', { name: 'Complete', exact: true }).click();
  await railed(page, title.replace('?', '\\?'), 'done');
}

async function more(page, command, reason) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: command }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Reason').fill(reason);
  await asked.getByRole('button', { name: command }).click();
  await asked.waitFor({ state: 'hidden' });
}

async function due(page, day) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Set due date' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel(/due/i).fill(day);
  await asked.getByRole('button', { name: 'Set due date' }).click();
  await asked.waitFor({ state: 'hidden' });
  await panel(page).locator(`time[datetime="${day}"]`).first().waitFor();
}

async function offer(page, price) {
  await step(page, 'Write the offer');
  await panel(page).getByLabel('Power (kWp)').fill('8.4');
  await panel(page).getByLabel('Price').fill(price);
  await complete(page);
}
