// A workflow is drawn with a form, a model's answer and a branch, by the list, the picture, the keys and as YAML; what is
// wrong is found in place, it is tried out without any run, and published. Ann runs it. What was changed is told by step.
import { DESKTOP, PHONE, at, base, call, fits, retitle, saved, shown, stepRow, story } from './harness.mjs';

const KEY = `complaint-${Date.now()}`;

const group = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}`) });
const said = (page, text) => page.getByRole('status').filter({ hasText: text }).first().waitFor();

async function add(page, kind, title) {
  await page.getByRole('button', { name: 'Add a step' }).click();
  const palette = page.getByRole('dialog');
  await palette.getByLabel('What shall the step do?').fill(kind);
  await palette.getByRole('button', { name: new RegExp(`^${kind} `) }).click();
  await palette.waitFor({ state: 'hidden' });
  await retitle(page, title);
  await page.getByRole('heading', { level: 2, name: title }).waitFor();
}

/** One more thing of a list of the settings, called something. */
async function item(page, list, label) {
  await page.getByRole('button', { name: `Add: ${list}` }).click();
  await page.getByRole('textbox', { name: 'Label' }).fill(label);
  await page.keyboard.press('Tab');
}

async function choose(page, name, option) {
  await page.getByRole('combobox', { name }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Instead of what stands in an editor, as one types it: it is no field of a form. */
async function write(page, editor, text) {
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** From a dot below a step to another step, as one draws with a mouse. */
async function draw(page, port, target) {
  const from = await page.locator(`.react-flow__handle[data-handleid="${port}"]`).first().boundingBox();
  const to = await page
    .locator(`.react-flow__node[data-id="${target}"] .react-flow__handle-top`)
    .boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y - 20, { steps: 8 });
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 });
  await page.mouse.up();
}

await story('builder', async ({ open, look }) => {
  const page = await open('admin', DESKTOP);
  await page.getByRole('link', { name: 'Workflows' }).click();
  await page.getByRole('heading', { level: 1, name: 'Workflows' }).waitFor();
  await page.getByRole('link', { name: 'Customer refund' }).first().waitFor();
  await look(page, 'list');

  // From nothing.
  await page.getByRole('button', { name: 'New workflow' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'KYC review' }).waitFor();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Complaint');
  await dialog.getByRole('textbox', { name: 'Key' }).fill(KEY);
  await look(page, 'new');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'Complaint' }).waitFor();
  await page.locator('.react-flow__node').first().waitFor();

  await drawn(page, look);
  await checked(page, look);
  await tried(page, look);
  await published(page, look);
  await run(await open('ann', DESKTOP));
  await again(page, look);

  // Who may only look is shown all of it, and changes nothing; on a phone too.
  const phone = await open('lea', PHONE);
  await phone.goto(`${base}/definitions/${KEY}?step=pay`);
  await phone.getByRole('heading', { level: 2, name: 'Pay' }).waitFor();
  await phone.getByText('You may look at it, not change it.').waitFor();
  if (await phone.getByRole('button', { name: 'Add a step' }).count())
    throw new Error('somebody who may not edit can add');
  await look(phone, 'phone');
  await fits(phone, 'the builder');
});

async function drawn(page, look) {
  // A form on its first step. What it is called names it in references.
  await at(page, 'First step');
  await retitle(page, 'Take it down');
  await page.waitForURL(/step=take_it_down/);
  await item(page, 'Fields', 'What happened');
  await choose(page, 'Type', 'Long text');
  await page.getByRole('radiogroup', { name: 'Required' }).getByText('Yes').click();
  await page.getByRole('button', { name: /^What happened/ }).click();
  await item(page, 'Fields', 'Sum');
  await choose(page, 'Type', 'Money');
  await saved(page);
  await look(page, 'form');

  // A model's answer, a decision, and two ways on.
  await add(page, 'AI', 'Weigh it');
  await page.getByRole('textbox', { name: 'Instruction to the model' }).fill('Say how bad it is.');
  await item(page, 'Fields of the answer', 'Level');
  await add(page, 'Decision', 'Pay it back?');
  await add(page, 'Task', 'Pay');
  await add(page, 'Task', 'Write a letter');
  await saved(page);

  // The edges: one by the list, one drawn.
  await at(page, 'Pay');
  await stepRow(page, /^PayTask/).click();
  await shown(page, 'Pay');
  await group(page, 'When its turn comes').click();
  await page.getByRole('combobox', { name: 'Comes after' }).click();
  await page.getByRole('option', { name: 'Pay it back?: yes' }).click();
  await page.getByRole('option', { name: 'Pay it back?', exact: true }).click();
  await page.keyboard.press('Escape');
  await stepRow(page, 'Pay it back?: yes').waitFor();
  await at(page, 'Write a letter');
  await group(page, 'When its turn comes').click();
  await page.getByRole('button', { name: 'Zoom Out' }).waitFor();
  await draw(page, 'no', 'write_a_letter');
  await stepRow(page, 'after Pay, Pay it back?: no').waitFor();
  // It still waits for "Pay", which stood before it: that edge is cut in the picture.
  await page
    .locator('.react-flow__edge[data-id="pay pay write_a_letter"] .react-flow__edge-interaction')
    .dispatchEvent('click');
  await page.getByRole('button', { name: 'Cut this edge' }).click();
  await page.locator('.react-flow__edge[data-id="pay pay write_a_letter"]').waitFor({ state: 'detached' });
  await stepRow(page, 'after Pay it back?: no').waitFor();
  await saved(page);
  await look(page, 'graph');
}

async function checked(page, look) {
  // What is wrong is said where it is, in the list of all, and with what is right.
  await stepRow(page, /^PayTask/).click();
  await shown(page, 'Pay');
  await group(page, 'When its turn comes').click();
  await page.getByRole('radiogroup', { name: 'Only when' }).getByText('If …').click();
  const only = page.getByRole('textbox', { name: 'Only when, if' });
  await write(page, only, '= steps.take_it_down.output.summ > 10.0');
  await page
    .getByText(/did you mean/)
    .first()
    .waitFor();
  await said(page, /finding/);
  await look(page, 'finding');
  await at(page, 'Take it down');
  await page
    .getByRole('status')
    .getByRole('button', { name: /Pay · when/ })
    .click();
  await shown(page, 'Pay');
  await group(page, 'When its turn comes').click();
  await write(page, only, '= steps.take_it_down.output.sum > 10.0');
  await said(page, 'Nothing is wrong with it.');

  // The keys: a step is moved, taken out, and back again by undoing.
  await stepRow(page, 'Write a letter').click();
  await page.keyboard.press('Alt+ArrowUp');
  await page.waitForFunction(() =>
    document.querySelectorAll('.builder-step')[4]?.textContent.includes('Write a letter'),
  );
  await page.keyboard.press('Delete');
  await stepRow(page, 'Write a letter').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.waitForFunction(() =>
    document.querySelectorAll('.builder-step')[5]?.textContent.includes('Write a letter'),
  );

  // As YAML, which is the same document.
  await page.getByRole('tab', { name: 'YAML' }).click();
  const yaml = page.getByRole('textbox', { name: 'The workflow as YAML' });
  await yaml.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\ndescription: [');
  await page.getByText('This cannot be read yet.').first().waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.insertText('What somebody complains about.');
  await page.getByText('This cannot be read yet.').first().waitFor({ state: 'hidden' });
  await saved(page);
  await look(page, 'yaml');
  await stepRow(page, 'The workflow itself').click();
  await page.getByText('What somebody complains about.').last().waitFor();
}

async function tried(page, look) {
  await page.getByRole('tab', { name: 'Try out' }).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await said(page, 'It waits for an answer.');
  const asked = (name) => page.getByRole('group', { name });
  await asked('A person answers: Take it down').getByLabel('what_happened').fill('It broke');
  await asked('A person answers: Take it down').getByLabel('sum').fill('12.5');
  await asked('A person answers: Take it down').getByRole('button', { name: 'Answer so' }).click();
  await asked('A machine proposes: Weigh it').getByLabel('level').fill('high');
  await asked('A machine proposes: Weigh it').getByRole('button', { name: 'Answer so' }).click();
  await asked('It is confirmed: Weigh it').getByRole('button', { name: 'Confirm' }).click();
  await asked('A person answers: Pay it back?').getByRole('button', { name: 'yes' }).click();
  await asked('A person answers: Pay', { exact: true }).getByRole('button', { name: 'Done' }).click();
  await said(page, 'It came to its end.');
  await look(page, 'tried');
  // What an expression comes to with these values.
  await stepRow(page, /^PayTask/).click();
  await shown(page, 'Pay');
  await group(page, 'When its turn comes').click();
  await page.getByText('Now:').waitFor();
  await page
    .locator('code')
    .filter({ hasText: /^true$/ })
    .waitFor();
}

async function published(page, look) {
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This is its first version.').waitFor();
  await look(page, 'publish');
  await dialog.getByRole('button', { name: 'Publish as version 1' }).click();
  await page.getByText('Version 1 is published.').waitFor();
  await page.getByText('version 1', { exact: true }).first().waitFor();
}

/** An operator runs what was drawn. */
async function run(page) {
  const started = await call(page, 'POST', '/v1/runs', { definition: KEY });
  await page.goto(`${base}/runs/${started.id}`);
  await page.getByRole('textbox', { name: 'What happened' }).fill('It broke');
  await page.getByRole('textbox', { name: 'Sum' }).fill('12.5');
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.getByRole('heading', { name: 'Weigh it' }).waitFor();
  await page.getByRole('button', { name: 'Handle manually', exact: true }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('textbox', { name: 'Level' }).fill('high');
  await asked.getByRole('button', { name: 'Handle manually' }).click();
  await page.getByRole('radio', { name: 'yes' }).check();
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.getByRole('heading', { name: 'Pay', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.getByText('completed').first().waitFor();
}

/** Another version, and what is different in it. */
async function again(page, look) {
  await stepRow(page, /^PayTask/).click();
  await retitle(page, 'Pay at once');
  await page.waitForURL(/step=pay/);
  await saved(page);
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByText('What is different').waitFor();
  await page.getByText('Pay at once').last().waitFor();
  await look(page, 'versions');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish as version 2' }).click();
  await page.getByText('Version 2 is published.').waitFor();
}
