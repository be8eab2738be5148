// A lead looks at the board of a workflow: a card goes on where its step can be completed, back only after a look, and
// nowhere else. On the overview what is stuck stands by cause, and all of a cause is tried again at once.
import { DESKTOP, PHONE, base, call, publish, story } from './harness.mjs';

const KEY = `board-${Date.now()}`;
const DEFINITION = {
  holdfast: 1,
  key: KEY,
  name: 'Boarded',
  teams: ['ops'],
  phases: [
    { id: 'first', title: 'First' },
    { id: 'then', title: 'Then' },
  ],
  steps: [
    { id: 'call', kind: 'task', title: 'Call them', phase: 'first' },
    { id: 'judge', kind: 'decision', title: 'Judge', phase: 'first', options: [{ id: 'yes' }, { id: 'no' }] },
    { id: 'build', kind: 'task', title: 'Build it', phase: 'then', after: 'judge:yes' },
    {
      id: 'form',
      kind: 'task',
      title: 'Write it down',
      phase: 'then',
      fields: [{ id: 'n', type: 'text', required: true }],
    },
  ],
};
const STUCK = {
  holdfast: 1,
  key: `stuck-${Date.now()}`,
  name: 'Stuck',
  teams: ['ops'],
  steps: [
    {
      id: 'pay',
      kind: 'action',
      title: 'Pay nobody',
      action: 'demo.refund',
      execute: 'automatic',
      with: { order: 'nobody', amount: 1 },
    },
  ],
};

const column = (page, name) => page.getByRole('region', { name, exact: true });
const cards = (page, name) => column(page, name).getByRole('link');

await story('board', async ({ open, look }) => {
  const admin = await open('admin', DESKTOP);
  for (const each of [DEFINITION, STUCK]) await publish(admin, each);
  const page = await open('lea', DESKTOP);
  for (let n = 0; n < 2; n += 1) await call(page, 'POST', '/v1/runs', { definition: KEY });
  for (let n = 0; n < 3; n += 1) await call(page, 'POST', '/v1/runs', { definition: STUCK.key });
  await dragged(page, look);
  await byMenu(page);
  await byPhase(page, look);
  await overview(page, look);
  await page.setViewportSize(PHONE.viewport);
  await look(page, 'phone');
});

async function counted(page, name, count) {
  await page.waitForFunction(
    ([label, wanted]) => document.querySelectorAll(`section[aria-label="${label}"] a`).length === wanted,
    [name, count],
  );
}

async function dragged(page, look) {
  await page.goto(`${base}/board?definition=${KEY}`);
  await counted(page, 'Call them', 2);
  const card = cards(page, 'Call them').first();
  // Where it may not go, nothing takes it.
  await card.dragTo(column(page, 'Build it'));
  await page.waitForTimeout(500);
  await counted(page, 'Call them', 2);
  await look(page, 'steps');
  // Held over the next step until that one says that it takes it.
  await card.hover();
  await page.mouse.down();
  const target = await column(page, 'Judge').boundingBox();
  await page.mouse.move(target.x + 60, target.y + 20, { steps: 8 });
  await page.locator('section[aria-label="Judge"][data-takes="complete"]').waitFor();
  await page.mouse.move(target.x + 62, target.y + 24, { steps: 3 });
  await page.mouse.up();
  await counted(page, 'Judge', 1);
  await counted(page, 'Call them', 1);
}

/** What the mouse does, the menu of a card does: on to the decision's page, or back after a look. */
async function byMenu(page) {
  await column(page, 'Judge')
    .getByRole('button', { name: /^Move / })
    .click();
  await page.getByRole('menuitem', { name: 'Back to Call them: look at it first' }).waitFor();
  await page.getByRole('menuitem', { name: 'On to Build it: it asks for an answer' }).click();
  await page.getByRole('heading', { name: 'Judge' }).first().waitFor();
  await page.goBack();
  await counted(page, 'Judge', 1);
}

async function byPhase(page, look) {
  await page.getByText('By phase', { exact: true }).click();
  await counted(page, 'First', 2);
  await look(page, 'phases');
  // The same filters are kept, and shared with the team.
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('dialog').getByLabel('Save these filters as').waitFor();
  await page.keyboard.press('Escape');
}

async function overview(page, look) {
  await page.getByRole('link', { name: 'Overview' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Pay nobody' }).filter({ hasText: STUCK.key });
  await row.getByText('3', { exact: true }).waitFor();
  await look(page, 'overview');
  await row.getByRole('button', { name: 'Try again' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByRole('button', { name: /\b3\b/ }).click();
  await asked.getByText(/3/).first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Steps of ${KEY}` }).click();
  await page.getByRole('heading', { level: 3, name: `Steps of ${KEY}` }).waitFor();
}
